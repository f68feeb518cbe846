using System.Diagnostics;

namespace Breakwater.Fuzz.Engine;

/// <summary>What a run is to do.</summary>
/// <param name="Seed">Of the generator.</param>
/// <param name="First">Number of the first input.</param>
/// <param name="Inputs">Number after the last input.</param>
/// <param name="Limit">Time after which the run stops by itself, to be resumed.</param>
/// <param name="HangLimit">Processor time that one input may take.</param>
/// <param name="MostFindings">Findings after which the run gives up.</param>
internal sealed record RunPlan(ulong Seed, long First, long Inputs, TimeSpan Limit, TimeSpan HangLimit, int MostFindings);

/// <summary>The loop: pick, mutate, execute, watch, keep what was new.</summary>
internal sealed class FuzzRun
{
    // Heap above the level after warming up that is no growth: caches, tables within their bounds.
    private const long GrowthAllowanceBytes = 8 * 1024 * 1024;
    private const int WarmUpInputs = 2_000;
    private const int InputsPerGrowthCheck = 250_000;

    private readonly FuzzTarget _target;
    private readonly Corpus _corpus;
    private readonly RunPlan _plan;
    private readonly ByteMutator _bytes;
    private readonly SequenceMutator _sequences;
    private readonly byte[] _window;
    private readonly List<Finding> _findings = [];
    private byte[] _input = [];
    private int _windowLength;
    private int _length;
    private long _number;
    private long _heapBase = -1;

    public FuzzRun(FuzzTarget target, Corpus corpus, RunPlan plan)
    {
        (_target, _corpus, _plan) = (target, corpus, plan);
        _bytes = new ByteMutator(target.CapacityBytes, target.Tokens);
        _window = new byte[target.InputsPerState > 1 ? target.InputsPerState * target.CapacityBytes : 0];
        _sequences = new SequenceMutator(target.CapacityBytes, target.DatagramBytes, target.Tokens, target.Repair);
    }

    /// <summary>Number of the next input.</summary>
    public long Next => _number;

    /// <summary>Inputs that the decoder accepted and the second reader checked.</summary>
    public long Accepted { get; private set; }

    /// <summary>What was found.</summary>
    public IReadOnlyList<Finding> Findings => _findings;

    /// <summary>Seconds spent.</summary>
    public double Seconds { get; private set; }

    /// <summary>Heap above the level after warming up, at the last measurement.</summary>
    public long GrowthBytes { get; private set; }

    /// <summary>Runs the plan. A hang calls <paramref name="onHang"/>, which is expected to end the process.</summary>
    public void Execute(Action<Finding> onHang)
    {
        using var watchdog = new Watchdog(_plan.HangLimit, () => onHang(ToFinding(FaultKind.Hang, $"more than {_plan.HangLimit.TotalSeconds:F0} s of processor time")));
        var clock = Stopwatch.StartNew();
        _target.Renew();
        for (_number = _plan.First; _number < _plan.Inputs && _findings.Count < _plan.MostFindings; _number++)
        {
            if ((_number & 255) == 0 && clock.Elapsed > _plan.Limit)
                break;
            watchdog.Beat();
            if (_number % _target.InputsPerState == 0)
                RenewState();
            One();
            if (_number == _plan.First + WarmUpInputs || (_number + 1) % InputsPerGrowthCheck == 0)
                MeasureGrowth();
        }

        MeasureGrowth();
        Seconds = clock.Elapsed.TotalSeconds;
    }

    private void RenewState()
    {
        _windowLength = 0;
        _target.Renew();
    }

    private void One()
    {
        var random = FuzzRandom.ForInput(_plan.Seed, _number);
        Make(ref random);
        var input = _input.AsSpan(0, _length);
        if (_target.InputsPerState > 1)
        {
            input.CopyTo(_window.AsSpan(_windowLength));
            _windowLength += input.Length;
        }

        try
        {
            var outcome = _target.Execute(input);
            if (outcome.Accepted)
                Accepted++;
            _corpus.Offer(outcome.Signature, input, ref random);
        }
        catch (FuzzFault fault)
        {
            Report(fault.Kind, fault.Message);
        }
        catch (Exception exception)
        {
            Report(FaultKind.Exception, exception.ToString());
        }
    }

    private void Make(ref FuzzRandom random)
    {
        var seed = _corpus.Pick(ref random);
        var other = _corpus.Pick(ref random);
        if (_target.IsSequence)
        {
            _sequences.Mutate(ref random, seed, other);
            (_input, _length) = (_sequences.Buffer, _sequences.Length);
            return;
        }

        _bytes.Load(seed);
        _bytes.Mutate(ref random, random.ShortLength(8), other);
        if (random.Chance(50))
            _target.Repair(_bytes.Buffer.AsSpan(0, _bytes.Length));
        (_input, _length) = (_bytes.Buffer, _bytes.Length);
    }

    private void Report(FaultKind kind, string message)
    {
        _findings.Add(ToFinding(kind, message));
        RenewState();
    }

    // The input alone is enough for most faults; where state is shared, all that came since it was made anew is given.
    private Finding ToFinding(FaultKind kind, string message)
    {
        var input = _target.InputsPerState > 1 ? _window[.._windowLength] : _input.AsSpan(0, _length).ToArray();
        return new Finding(_target.Name, _number, kind, message, input);
    }

    private void MeasureGrowth()
    {
        var heap = GC.GetTotalMemory(forceFullCollection: true) - _corpus.HeapBytes;
        if (_heapBase < 0)
        {
            _heapBase = heap;
            return;
        }

        GrowthBytes = heap - _heapBase;
        if (GrowthBytes <= GrowthAllowanceBytes + _target.StateBoundBytes)
            return;
        _findings.Add(ToFinding(FaultKind.Growth, $"the heap grew by {GrowthBytes:N0} bytes since the run was warm"));
        _heapBase = heap;
    }
}

using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.InteropServices;

namespace Breakwater.Wire.Ipfix;

/// <summary>Emits the steps of one plan. Arguments: 0 unused, 1 record, 2 its readable octets, 3 the scratch.</summary>
internal sealed class PlanEmitter
{
    private static readonly Type[] GeneralParameters =
        [typeof(PlanScratch).MakeByRefType(), typeof(byte).MakeByRefType(), typeof(int), typeof(PlanTarget), typeof(int)];

    private static readonly FieldInfo Flow = FlowPlanCompiler.Field(typeof(PlanScratch), nameof(PlanScratch.Flow));

    private static readonly MethodInfo Reverse16 =
        FlowPlanCompiler.Method(typeof(BinaryPrimitives), nameof(BinaryPrimitives.ReverseEndianness), typeof(ushort));

    private static readonly MethodInfo Reverse32 =
        FlowPlanCompiler.Method(typeof(BinaryPrimitives), nameof(BinaryPrimitives.ReverseEndianness), typeof(uint));

    private static readonly MethodInfo Reverse64 =
        FlowPlanCompiler.Method(typeof(BinaryPrimitives), nameof(BinaryPrimitives.ReverseEndianness), typeof(ulong));

    private static readonly MethodInfo StoreOne = FlowPlanCompiler.Method(
        typeof(PlanEmitter), nameof(StoreGeneral), GeneralParameters);

    private static readonly MethodInfo StoreVariable = FlowPlanCompiler.Method(
        typeof(PlanEmitter), nameof(StoreGeneralVariable), GeneralParameters);

    private readonly ILGenerator _il;
    private readonly bool _isFixed;
    private readonly LocalBuilder _segment;
    private readonly LocalBuilder _length;
    private readonly LocalBuilder _end;
    private readonly Label _cut;

    internal PlanEmitter(ILGenerator il, bool isFixed)
    {
        _il = il;
        _isFixed = isFixed;
        _segment = il.DeclareLocal(typeof(int));
        _length = il.DeclareLocal(typeof(int));
        _end = il.DeclareLocal(typeof(int));
        _cut = il.DefineLabel();
    }

    internal void StoreKnown(FlowFields known)
    {
        Target(nameof(FlowRecord.Known));
        _il.Emit(OpCodes.Ldc_I4, (int)known);
        Scratch(nameof(PlanScratch.KnownOfSet));
        _il.Emit(OpCodes.Or);
        _il.Emit(OpCodes.Stind_I4);
    }

    internal void Load(in PlanStep step)
    {
        switch (step.Target)
        {
            case PlanTarget.SourceIPv4:
                StoreIPv4(nameof(FlowRecord.Source), step.Offset);
                break;
            case PlanTarget.DestinationIPv4:
                StoreIPv4(nameof(FlowRecord.Destination), step.Offset);
                break;
            case PlanTarget.SourceIPv6:
                StoreIPv6(nameof(FlowRecord.Source), step.Offset);
                break;
            case PlanTarget.DestinationIPv6:
                StoreIPv6(nameof(FlowRecord.Destination), step.Offset);
                break;
            case PlanTarget.StartUptime:
                StoreUptime(nameof(FlowRecord.StartNanoseconds), step);
                break;
            case PlanTarget.EndUptime:
                StoreUptime(nameof(FlowRecord.EndNanoseconds), step);
                break;
            case PlanTarget.StartMilliseconds:
                StoreTime(nameof(FlowRecord.StartNanoseconds), nameof(FlowTime.FromMilliseconds), step);
                break;
            case PlanTarget.EndMilliseconds:
                StoreTime(nameof(FlowRecord.EndNanoseconds), nameof(FlowTime.FromMilliseconds), step);
                break;
            case PlanTarget.StartSeconds:
                StoreTime(nameof(FlowRecord.StartNanoseconds), nameof(FlowTime.FromSeconds), step);
                break;
            case PlanTarget.EndSeconds:
                StoreTime(nameof(FlowRecord.EndNanoseconds), nameof(FlowTime.FromSeconds), step);
                break;
            case PlanTarget.ScratchSelector:
                _il.Emit(OpCodes.Ldarg_3);
                Integer(step.Offset, step.Width, 8);
                _il.Emit(OpCodes.Stfld, FlowPlanCompiler.Field(typeof(PlanScratch), nameof(PlanScratch.Selector)));
                break;
            default:
                if (DirectMember(step.Target) is { } member)
                    StoreInteger(member, step);
                else
                    CallStore(step);
                break;
        }
    }

    /// <summary>A value of any other kind goes the interpreter's way.</summary>
    internal static void StoreGeneral(ref PlanScratch scratch, ref byte value, int lengthBytes, PlanTarget target, int offset) =>
        PlanStore.Store(ref scratch, target, MemoryMarshal.CreateReadOnlySpan(ref value, lengthBytes), offset);

    /// <summary>So does a value of variable length.</summary>
    internal static void StoreGeneralVariable(ref PlanScratch scratch, ref byte value, int lengthBytes, PlanTarget target, int offset) =>
        PlanStore.StoreVariable(ref scratch, MemoryMarshal.CreateReadOnlySpan(ref value, lengthBytes), target, offset);

    internal void Require(int lengthBytes)
    {
        _il.Emit(OpCodes.Ldloc, _segment);
        _il.Emit(OpCodes.Ldc_I4, lengthBytes);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Stloc, _end);
        _il.Emit(OpCodes.Ldloc, _end);
        _il.Emit(OpCodes.Ldarg_2);
        _il.Emit(OpCodes.Bgt, _cut);
    }

    /// <summary>RFC 7011 §7: a length octet, or 255 and two more; then the next segment begins behind the value.</summary>
    internal void Variable(in PlanStep step)
    {
        var isShort = _il.DefineLabel();
        Place(step.Offset);
        _il.Emit(OpCodes.Ldind_U1);
        _il.Emit(OpCodes.Stloc, _length);
        Advance(step.Offset + 1);
        _il.Emit(OpCodes.Ldloc, _length);
        _il.Emit(OpCodes.Ldc_I4, 255);
        _il.Emit(OpCodes.Bne_Un, isShort);
        Require(2);
        Integer(0, 2, 4);
        _il.Emit(OpCodes.Stloc, _length);
        Advance(2);
        _il.MarkLabel(isShort);
        _il.Emit(OpCodes.Ldloc, _length);
        _il.Emit(OpCodes.Ldarg_2);
        _il.Emit(OpCodes.Ldloc, _segment);
        _il.Emit(OpCodes.Sub);
        _il.Emit(OpCodes.Bgt, _cut);
        if (step.Target != PlanTarget.None)
            CallStoreVariable(step.Target);
        _il.Emit(OpCodes.Ldloc, _segment);
        _il.Emit(OpCodes.Ldloc, _length);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Stloc, _segment);
    }

    internal void Return(int fixedLength)
    {
        if (_isFixed)
            _il.Emit(OpCodes.Ldc_I4, fixedLength);
        else
            _il.Emit(OpCodes.Ldloc, _end);
        _il.Emit(OpCodes.Ret);
        _il.MarkLabel(_cut);
        _il.Emit(OpCodes.Ldc_I4_M1);
        _il.Emit(OpCodes.Ret);
    }

    private static string? DirectMember(PlanTarget target) => target switch
    {
        PlanTarget.Bytes => nameof(FlowRecord.Bytes),
        PlanTarget.Packets => nameof(FlowRecord.Packets),
        PlanTarget.InputInterface => nameof(FlowRecord.InputInterface),
        PlanTarget.OutputInterface => nameof(FlowRecord.OutputInterface),
        PlanTarget.SourcePort => nameof(FlowRecord.SourcePort),
        PlanTarget.DestinationPort => nameof(FlowRecord.DestinationPort),
        PlanTarget.TcpFlags => nameof(FlowRecord.TcpFlags),
        PlanTarget.IcmpTypeCode => nameof(FlowRecord.IcmpTypeCode),
        PlanTarget.FragmentOffset => nameof(FlowRecord.FragmentOffset),
        PlanTarget.VlanId => nameof(FlowRecord.VlanId),
        PlanTarget.Protocol => nameof(FlowRecord.Protocol),
        PlanTarget.TypeOfService => nameof(FlowRecord.TypeOfService),
        PlanTarget.TimeToLive => nameof(FlowRecord.TimeToLive),
        PlanTarget.Direction => nameof(FlowRecord.Direction),
        PlanTarget.ForwardingStatus => nameof(FlowRecord.ForwardingStatus),
        _ => null,
    };

    // Address of a member of the flow.
    private void Target(string member)
    {
        _il.Emit(OpCodes.Ldarg_3);
        _il.Emit(OpCodes.Ldflda, Flow);
        _il.Emit(OpCodes.Ldflda, FlowPlanCompiler.Field(typeof(FlowRecord), member));
    }

    // Address of an octet of the segment.
    private void Place(int offset)
    {
        _il.Emit(OpCodes.Ldarg_1);
        if (!_isFixed)
        {
            _il.Emit(OpCodes.Ldloc, _segment);
            _il.Emit(OpCodes.Add);
        }

        if (offset == 0)
            return;
        _il.Emit(OpCodes.Ldc_I4, offset);
        _il.Emit(OpCodes.Add);
    }

    private void Advance(int octets)
    {
        _il.Emit(OpCodes.Ldloc, _segment);
        _il.Emit(OpCodes.Ldc_I4, octets);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Stloc, _segment);
    }

    private void StoreInteger(string member, in PlanStep step)
    {
        var capacity = FlowElements.Capacity(step.Target);
        Target(member);
        Integer(step.Offset, step.Width, capacity);
        _il.Emit(capacity switch { 1 => OpCodes.Stind_I1, 2 => OpCodes.Stind_I2, 4 => OpCodes.Stind_I4, _ => OpCodes.Stind_I8 });
    }

    // Leaves an integer on the stack: 64 bits when the capacity is 8, else 32. Of wider values only the low octets are read.
    private void Integer(int offset, int width, int capacity)
    {
        if (width > capacity)
            (offset, width) = (offset + width - capacity, capacity);
        var isLong = capacity == 8;
        var done = 0;
        foreach (var part in (ReadOnlySpan<int>)[8, 4, 2, 1])
        {
            if (width - done < part)
                continue;
            if (done > 0)
                ShiftLeft(part);
            Part(offset + done, part);
            if (isLong && part < 8)
                _il.Emit(OpCodes.Conv_U8);
            if (done > 0)
                _il.Emit(OpCodes.Or);
            done += part;
        }
    }

    private void ShiftLeft(int octets)
    {
        _il.Emit(OpCodes.Ldc_I4, octets * 8);
        _il.Emit(OpCodes.Shl);
    }

    private void Part(int offset, int octets)
    {
        Place(offset);
        if (octets > 1)
            _il.Emit(OpCodes.Unaligned, (byte)1);
        _il.Emit(octets switch { 1 => OpCodes.Ldind_U1, 2 => OpCodes.Ldind_U2, 4 => OpCodes.Ldind_U4, _ => OpCodes.Ldind_I8 });
        if (octets > 1)
            _il.Emit(OpCodes.Call, octets switch { 2 => Reverse16, 4 => Reverse32, _ => Reverse64 });
    }

    // The 16 octets of Address in memory order: ten of 0, two of FF, the address as it stands on the wire (RFC 4291 §2.5.5.2).
    private void StoreIPv4(string member, int offset)
    {
        Target(member);
        _il.Emit(OpCodes.Ldc_I8, 0L);
        _il.Emit(OpCodes.Stind_I8);
        Target(member);
        _il.Emit(OpCodes.Ldc_I4_8);
        _il.Emit(OpCodes.Add);
        Place(offset);
        _il.Emit(OpCodes.Unaligned, (byte)1);
        _il.Emit(OpCodes.Ldind_U4);
        _il.Emit(OpCodes.Conv_U8);
        ShiftLeft(4);
        _il.Emit(OpCodes.Ldc_I8, 0xFFFF0000L);
        _il.Emit(OpCodes.Or);
        _il.Emit(OpCodes.Stind_I8);
    }

    private void StoreIPv6(string member, int offset)
    {
        for (var half = 0; half < 16; half += 8)
        {
            Target(member);
            _il.Emit(OpCodes.Ldc_I4, half);
            _il.Emit(OpCodes.Add);
            Place(offset + half);
            _il.Emit(OpCodes.Unaligned, (byte)1);
            _il.Emit(OpCodes.Ldind_I8);
            _il.Emit(OpCodes.Stind_I8);
        }
    }

    private void StoreUptime(string member, in PlanStep step)
    {
        Target(member);
        Integer(step.Offset, step.Width, 4);
        Scratch(nameof(PlanScratch.SysUptimeMilliseconds));
        Scratch(nameof(PlanScratch.ExportNanoseconds));
        _il.Emit(OpCodes.Call, FlowPlanCompiler.Method(typeof(FlowTime), nameof(FlowTime.FromUptime), typeof(uint), typeof(uint), typeof(long)));
        _il.Emit(OpCodes.Stind_I8);
    }

    private void StoreTime(string member, string conversion, in PlanStep step)
    {
        Target(member);
        Integer(step.Offset, step.Width, 8);
        _il.Emit(OpCodes.Call, FlowPlanCompiler.Method(typeof(FlowTime), conversion, typeof(ulong)));
        _il.Emit(OpCodes.Stind_I8);
    }

    private void Scratch(string member)
    {
        _il.Emit(OpCodes.Ldarg_3);
        _il.Emit(OpCodes.Ldfld, FlowPlanCompiler.Field(typeof(PlanScratch), member));
    }

    private void CallStore(in PlanStep step)
    {
        _il.Emit(OpCodes.Ldarg_3);
        Place(step.Offset);
        _il.Emit(OpCodes.Ldc_I4, (int)step.Width);
        _il.Emit(OpCodes.Ldc_I4, (int)step.Target);
        _il.Emit(OpCodes.Ldloc, _segment);
        _il.Emit(OpCodes.Ldc_I4, step.Offset);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Call, StoreOne);
    }

    private void CallStoreVariable(PlanTarget target)
    {
        _il.Emit(OpCodes.Ldarg_3);
        Place(0);
        _il.Emit(OpCodes.Ldloc, _length);
        _il.Emit(OpCodes.Ldc_I4, (int)target);
        _il.Emit(OpCodes.Ldloc, _segment);
        _il.Emit(OpCodes.Call, StoreVariable);
    }
}

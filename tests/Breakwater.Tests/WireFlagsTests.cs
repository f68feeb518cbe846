using Breakwater.Wire;

namespace Breakwater.Tests;

/// <summary>Flags that share a bit would make one fact look like another.</summary>
public sealed class WireFlagsTests
{
    public static TheoryData<Type> FlagEnums()
    {
        var data = new TheoryData<Type>();
        foreach (var type in typeof(FlowRecord).Assembly.GetTypes())
        {
            if (type.IsEnum && type.IsDefined(typeof(FlagsAttribute), inherit: false))
                data.Add(type);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(FlagEnums))]
    public void Flags_EachHasBitsOfItsOwn(Type type)
    {
        Assert.Equal(0UL, Convert.ToUInt64(Enum.Parse(type, "None"), System.Globalization.CultureInfo.InvariantCulture));
        var seen = 0UL;
        foreach (var value in Enum.GetValues(type))
        {
            var bits = Convert.ToUInt64(value, System.Globalization.CultureInfo.InvariantCulture);
            if (!ulong.IsPow2(bits))
                continue; // None, and names for several flags together
            Assert.True((seen & bits) == 0, $"{type.Name}.{value} shares its bit");
            seen |= bits;
        }

        var names = Enum.GetNames(type).Length;
        var distinct = Enum.GetValues(type).Cast<object>().Select(static value => Convert.ToUInt64(value, System.Globalization.CultureInfo.InvariantCulture)).Distinct().Count();
        Assert.Equal(names, distinct);
    }
}

using System.Globalization;

namespace Breakwater.Configuration;

/// <summary>Where a value stands: file, line and column (both from 1; 0 for the file as a whole), or the environment variable that gave it.</summary>
internal readonly record struct ConfigPlace(string Source, int Line, int Column, bool IsEnvironment = false) : IComparable<ConfigPlace>
{
    public static ConfigPlace Variable(string name) => new(name, 0, 0, IsEnvironment: true);

    public static ConfigPlace WholeFile(string path) => new(path, 0, 0);

    /// <summary>How another mistake speaks of this place: the file is known there.</summary>
    public string InWords => IsEnvironment
        ? $"in environment variable {Source}"
        : string.Create(CultureInfo.InvariantCulture, $"on line {Line}");

    /// <summary>The order of the file, then the variables by name.</summary>
    public int CompareTo(ConfigPlace other)
    {
        if (IsEnvironment != other.IsEnvironment)
            return IsEnvironment ? 1 : -1;
        if (IsEnvironment)
            return string.CompareOrdinal(Source, other.Source);
        return Line != other.Line ? Line.CompareTo(other.Line) : Column.CompareTo(other.Column);
    }

    public override string ToString()
    {
        if (IsEnvironment)
            return $"environment variable {Source}";
        return Line == 0 ? Source : string.Create(CultureInfo.InvariantCulture, $"{Source}:{Line}:{Column}");
    }
}

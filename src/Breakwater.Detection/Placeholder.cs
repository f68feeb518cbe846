namespace Breakwater.Detection; internal static class Placeholder;

// Violations planted for DependencyDirectionTests: these types stand in the stages' namespaces, but only in the test assembly.
#pragma warning disable CA1812, CA1823, CS0169, CS0414, IDE0051, CA1064, CA1032

namespace Breakwater.Detection
{
    internal class PlantedTarget
    {
        public static int Count => Environment.ProcessId;
    }

    internal sealed class PlantedException : Exception;

    [AttributeUsage(AttributeTargets.Class)]
    internal sealed class PlantedAttribute : Attribute;

    internal sealed class PlantedBackwards
    {
        internal Telemetry.PlantedField? Field { get; set; }
    }
}

namespace Breakwater.Telemetry
{
    internal sealed class PlantedField
    {
        private readonly Detection.PlantedTarget? _target = null;
    }

    internal sealed class PlantedBody
    {
        internal static int Run() => Detection.PlantedTarget.Count;
    }

    internal sealed class PlantedGenericArgument
    {
        internal static int Run() => new List<Detection.PlantedTarget>().Count;
    }

    [Detection.Planted]
    internal sealed class PlantedAttributeUse;

    internal sealed class PlantedConstraint<T> where T : Detection.PlantedTarget;

    internal sealed class PlantedCatch
    {
        internal static int Run(Func<int> run)
        {
            try
            {
                return run();
            }
            catch (Detection.PlantedException)
            {
                return 0;
            }
        }
    }

    internal sealed class PlantedLambda
    {
        internal static Func<int> Run(int add) => () => Detection.PlantedTarget.Count + add;
    }

    internal sealed class PlantedAfterSwitch
    {
        internal static int Run(int choice)
        {
            var seed = choice switch { 0 => 5, 1 => 11, 2 => 3, 3 => 7, 4 => 1, _ => choice };
            return seed + Detection.PlantedTarget.Count;
        }
    }

    internal sealed class PlantedOtherAssembly
    {
        internal static int Run() => Detection.Vectors.All.Length;
    }
}

namespace Breakwater.Telemetry.Deeper
{
    internal sealed class PlantedBase : Detection.PlantedTarget;
}

namespace Breakwater.Response
{
    internal sealed class PlantedForwards
    {
        internal static int Run() => Reach.PlantedProbe.Run();
    }
}

namespace Breakwater.Samples
{
    internal sealed class PlantedSender
    {
        internal static int Run()
        {
            using var client = new System.Net.Sockets.UdpClient();
            return client.Available;
        }
    }
}

namespace Breakwater.Reach
{
    internal sealed class PlantedProbe
    {
        internal static int Run() => new Incidents.PlantedContract().GetHashCode();
    }
}

namespace Breakwater.Incidents
{
    internal sealed class PlantedContract;
}

namespace Breakwater.Geo
{
    internal sealed class PlantedCountry
    {
        internal Reports.PlantedReport? Report { get; set; }
    }
}

namespace Breakwater.Detection
{
    internal sealed class PlantedGeoVerdict
    {
        internal Geo.PlantedCountry? Country { get; set; }
    }
}

namespace Breakwater.Reports
{
    internal sealed class PlantedReport;
}

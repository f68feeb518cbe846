using System.Reflection;
using System.Reflection.Emit;

namespace Breakwater.Wire.Ipfix;

/// <summary>
/// Compiles a plan to code that stores straight into the record: loads at constant offsets, no table, no loop. Little-endian machines
/// only. Bounds are those of the interpreter: the caller vouches for a fixed record's length, every segment of a variable one is
/// checked by its <see cref="PlanStepKind.Require"/> step before it is read.
/// </summary>
internal static class FlowPlanCompiler
{
    private const BindingFlags Anywhere = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    internal static PlanCode Compile(FlowPlan plan)
    {
        // The first parameter is bound to null: calls of a closed delegate need no shuffling of arguments.
        var method = new DynamicMethod(
            "FlowPlan",
            typeof(int),
            [typeof(object), typeof(byte).MakeByRefType(), typeof(int), typeof(PlanScratch).MakeByRefType()],
            typeof(FlowPlanCompiler).Module,
            skipVisibility: true);
        var il = new PlanEmitter(method.GetILGenerator(), plan.IsFixed);
        il.StoreKnown(plan.Known);
        foreach (var step in plan.Steps)
        {
            switch (step.Kind)
            {
                case PlanStepKind.Load:
                    il.Load(step);
                    break;
                case PlanStepKind.Require:
                    il.Require(step.Offset);
                    break;
                default:
                    il.Variable(step);
                    break;
            }
        }

        il.Return(plan.RecordLength);
        return method.CreateDelegate<PlanCode>(null);
    }

    internal static FieldInfo Field(Type type, string name) =>
        type.GetField(name, Anywhere) ?? throw new MissingFieldException(type.Name, name);

    internal static MethodInfo Method(Type type, string name, params Type[] parameters) =>
        type.GetMethod(name, Anywhere, parameters) ?? throw new MissingMethodException(type.Name, name);
}

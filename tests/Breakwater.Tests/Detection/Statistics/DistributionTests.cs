using Breakwater.Detection.Statistics;

namespace Breakwater.Tests.Detection.Statistics;

/// <summary>Distribution functions against printed tables and sums of terms.</summary>
public sealed class DistributionTests
{
    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(1.9599639845400543, 0.025)]
    [InlineData(3, 1.3498980316300946e-3)]
    [InlineData(6, 9.865876450376981e-10)]
    [InlineData(8, 6.220960574271785e-16)]
    [InlineData(-1, 0.8413447460685429)]
    public void UpperTail_Normal_IsTheTables(double z, double tail) => Assert.InRange(Normal.UpperTail(z) / tail, 1 - 1e-12, 1 + 1e-12);

    [Theory]
    [InlineData(1e-15, 7.941345326170998)]
    [InlineData(1e-6, 4.753424308822899)]
    [InlineData(0.025, 1.9599639845400543)]
    public void UpperQuantile_Normal_IsTheTables(double tail, double z) => Assert.Equal(z, Normal.UpperQuantile(tail), 1e-10);

    [Theory]
    [InlineData(1, 0)]
    [InlineData(5, 3.1780538303479458)]
    [InlineData(0.5, 0.5723649429247001)]
    [InlineData(101, 363.73937555556349)]
    public void Log_Gamma_IsTheTables(double x, double log) => Assert.Equal(log, Gamma.Log(x), 1e-11 * (1 + log));

    [Theory]
    [InlineData(1, 3)]
    [InlineData(5, 2)]
    [InlineData(30, 45)]
    [InlineData(199, 150)]
    [InlineData(250, 200)]
    [InlineData(400, 460)]
    public void GammaTail_WholeShape_IsThePoissonSum(int shape, double x)
    {
        double term = Math.Exp(-x), below = 0;
        for (var k = 0; k < shape; k++)
        {
            below += term;
            term *= x / (k + 1);
        }
        Assert.InRange(Gamma.UpperTail(shape, x) / below, 1 - 1e-3, 1 + 1e-3);
        Assert.Equal(1, Gamma.UpperTail(shape, x) + Gamma.LowerTail(shape, x), 1e-12);
    }

    [Theory]
    [InlineData(3, 10, 0.2)]
    [InlineData(7, 9, 0.9)]
    [InlineData(30, 300, 0.12)]
    public void BetaTail_WholeCounts_IsTheBinomialSum(int count, int drawn, double p)
    {
        // P(Beta(k, n − k + 1) ≤ p) = P(Binomial(n, p) ≥ k).
        double sum = 0;
        for (var k = count; k <= drawn; k++)
            sum += Math.Exp(Gamma.Log(drawn + 1) - Gamma.Log(k + 1) - Gamma.Log(drawn - k + 1) + (k * Math.Log(p)) + ((drawn - k) * Math.Log(1 - p)));
        Assert.InRange(Gamma.BetaLowerTail(count, drawn - count + 1, p) / sum, 1 - 1e-9, 1 + 1e-9);
    }

    [Fact]
    public void Deviance_CloseToTheMean_DoesNotCancel()
    {
        // (x − m)² ÷ m to first order, with the cubic term.
        Assert.InRange(Gamma.Deviance(1e12 + 1, 1e12) / 1e-12, 1 - 1e-9, 1 + 1e-9);
        Assert.Equal(Gamma.Deviance(122.2221, 100), Gamma.Deviance(122.2223, 100), 1e-3);
    }
}

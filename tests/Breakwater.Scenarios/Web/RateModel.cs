namespace Breakwater.Scenarios.Web;

/// <summary>A logistic regression on the logarithms of the rate and of its rise: what an opponent makes of rates alone. By Newton's method.</summary>
internal sealed record RateModel(double Constant, double Rate, double Rise)
{
    private const int Steps = 30;
    private const double Ridge = 1e-3;

    public static RateModel Fit(IEnumerable<WebOutcome> outcomes)
    {
        var rows = outcomes.Select(static outcome => (Features: Features(outcome), IsAttack: outcome.Family.IsAttack ? 1.0 : 0)).ToArray();
        var weights = new double[3];
        for (var step = 0; step < Steps && rows.Length > 0; step++)
        {
            var gradient = new double[3];
            var curvature = new double[3, 3];
            for (var index = 0; index < 3; index++)
                (gradient[index], curvature[index, index]) = (-Ridge * weights[index], Ridge);
            foreach (var (features, isAttack) in rows)
            {
                var probability = Probability(weights, features);
                for (var row = 0; row < 3; row++)
                {
                    gradient[row] += (isAttack - probability) * features[row];
                    for (var column = 0; column < 3; column++)
                        curvature[row, column] += probability * (1 - probability) * features[row] * features[column];
                }
            }

            Add(weights, Solve(curvature, gradient));
        }

        return new RateModel(weights[0], weights[1], weights[2]);
    }

    public double Probability(WebOutcome outcome) => Probability([Constant, Rate, Rise], Features(outcome));

    private static double[] Features(WebOutcome outcome) =>
        [1, Math.Log(Math.Max(1, outcome.Rates.During)), Math.Log(Math.Max(0.1, outcome.Rates.During / Math.Max(1, outcome.Rates.Before)))];

    private static double Probability(double[] weights, double[] features)
    {
        double sum = 0;
        for (var index = 0; index < 3; index++)
            sum += weights[index] * features[index];
        return 1 / (1 + Math.Exp(-sum));
    }

    private static void Add(double[] weights, double[] step)
    {
        for (var index = 0; index < 3; index++)
            weights[index] += step[index];
    }

    /// <summary>Cramer's rule.</summary>
    private static double[] Solve(double[,] matrix, double[] right)
    {
        var whole = Determinant(matrix);
        var solution = new double[3];
        for (var column = 0; column < 3; column++)
        {
            var changed = (double[,])matrix.Clone();
            for (var row = 0; row < 3; row++)
                changed[row, column] = right[row];
            solution[column] = Determinant(changed) / whole;
        }

        return solution;
    }

    private static double Determinant(double[,] m) =>
        (m[0, 0] * ((m[1, 1] * m[2, 2]) - (m[1, 2] * m[2, 1]))) - (m[0, 1] * ((m[1, 0] * m[2, 2]) - (m[1, 2] * m[2, 0]))) + (m[0, 2] * ((m[1, 0] * m[2, 1]) - (m[1, 1] * m[2, 0])));
}

"""Arrays to one value: sums, norms, extremes, counts, distances."""

from __future__ import annotations

import random

from passwright.irgen.synthesis.draft import Draft
from passwright.irgen.synthesis.expressions import (
    constants,
    draw_expression,
    draw_test,
    roles,
    scalar_arguments,
)
from passwright.irgen.synthesis.operation import FLOATS, INTEGERS, NUMERIC, Operation
from passwright.irgen.synthesis.sentence import compose
from passwright.irgen.synthesis.voice import Voice

FAMILY = "reduction"


def _op(name: str, program: str, **rest: object) -> Operation:
    rest.setdefault("types", FLOATS)
    return Operation(FAMILY, name, program, **rest)  # type: ignore[arg-type]


def _one(name: str, text: str, **rest: object) -> Operation:
    return _op(name, f"s = {text} for T[n] x, return T s", **rest)


def _two(name: str, text: str, **rest: object) -> Operation:
    return _op(name, f"s = {text} for T[n] x, T[n] y, return T s", **rest)


def _index(name: str, text: str, **rest: object) -> Operation:
    rest.setdefault("types", NUMERIC)
    return _op(name, f"s = {text} for T[n] x, return i64 s", **rest)


MATRIX = {"x": ("matrix", "matrix", "2D array", "grid", "image")}
FIXED: tuple[Operation, ...] = (
    _one(
        "sum",
        "sum[i](x[i])",
        types=NUMERIC,
        nouns=(
            "the sum of {x}",
            "the sum of {all:x}",
            "the total of {all:x}",
            "the result of adding up {all:x}",
            "the sum over {x}",
            "the sum total of {x}",
            "the accumulated value of {all:x}",
        ),
        verbs=(
            "sum {x}",
            "add up {all:x}",
            "sum {all:x}",
            "total {x}",
            "accumulate {all:x} into a single value",
            "sum over {x}",
            "reduce {x} to a single sum",
            "add together {all:x}",
            "sum up {x}",
        ),
        titles=("sum reduction", "array sum", "vector sum", "summation"),
        formulas=("s = sum of x[i]", "s = sum over i of x[i]", "s += x[i]"),
        sentences=("What do {all:x} add up to?", "How much is the sum of {x}?"),
        function="array_sum",
    ),
    _one(
        "product",
        "prod[i](x[i])",
        nouns=(
            "the product of {all:x}",
            "the product of {x}",
            "the result of multiplying together {all:x}",
            "the product over {x}",
            "the product of all of {x}",
        ),
        verbs=(
            "multiply {all:x} together",
            "multiply together {all:x}",
            "form the product of {all:x}",
            "reduce {x} by multiplication",
            "take the product over {x}",
        ),
        titles=("product reduction", "array product"),
        formulas=("s = product of x[i]", "s *= x[i]"),
        function="array_product",
    ),
    _one(
        "mean",
        "sum[i](x[i]) / n",
        nouns=(
            "the <mean|average|arithmetic mean> of {x}",
            "the <mean|average> of {all:x}",
            "the average value of {x}",
            "the mean value of {all:x}",
            "the sum of {x} divided by the number of elements",
        ),
        verbs=(
            "average {x}",
            "average {all:x}",
            "take the mean of {x}",
            "add up {x} and ^divide by the number of elements",
            "sum {x} and ^divide by its length",
        ),
        titles=("arithmetic mean", "average", "mean value"),
        sentences=("What is the average of {x}?", "What do {all:x} average to?"),
        function="mean",
    ),
    _one(
        "minimum",
        "min[i](x[i])",
        types=NUMERIC,
        nouns=(
            "the <smallest|minimum|lowest|least> <element|value> <of|in> {x}",
            "the minimum of {x}",
            "the minimum of {all:x}",
            "the smallest of {all:x}",
            "the lowest number in {x}",
            "the min of {x}",
        ),
        verbs=(
            "find the smallest element of {x}",
            "search {x} for its minimum",
            "find the minimum value in {x}",
            "take the minimum over {x}",
            "reduce {x} to its minimum",
            "scan {x} for the lowest value",
        ),
        titles=("minimum reduction", "array minimum"),
        sentences=("What is the smallest value in {x}?", "Which value in {x} is smallest?"),
        function="array_min",
    ),
    _one(
        "maximum",
        "max[i](x[i])",
        types=NUMERIC,
        nouns=(
            "the <largest|maximum|highest|greatest|biggest> <element|value> <of|in> {x}",
            "the maximum of {x}",
            "the maximum of {all:x}",
            "the largest of {all:x}",
            "the highest number in {x}",
            "the max of {x}",
        ),
        verbs=(
            "find the largest element of {x}",
            "search {x} for its maximum",
            "find the maximum value in {x}",
            "take the maximum over {x}",
            "reduce {x} to its maximum",
            "scan {x} for the highest value",
        ),
        titles=("maximum reduction", "array maximum"),
        sentences=("What is the largest value in {x}?", "Which value in {x} is largest?"),
        function="array_max",
    ),
    _one(
        "range",
        "max[i](x[i]) - min[i](x[i])",
        types=NUMERIC,
        nouns=(
            "the difference between the largest and smallest element of {x}",
            "the <range|spread> of {x} (maximum minus minimum)",
            "the range of values in {x}",
            "the maximum of {x} minus its minimum",
            "the peak-to-peak amplitude of {x}",
            "the peak-to-peak value of {x}",
            "the gap between the highest and the lowest value of {x}",
        ),
        verbs=(
            "subtract the minimum of {x} from its maximum",
            "find the largest and smallest elements of {x} and ^return their difference",
            "determine how far apart the extremes of {x} are",
        ),
        titles=("peak-to-peak range",),
        formulas=("s = max(x) - min(x)",),
        function="value_range",
    ),
    _one(
        "abs max",
        "max[i](abs(x[i]))",
        types=NUMERIC,
        nouns=(
            "the largest absolute value in {x}",
            "the maximum absolute value of {x}",
            "the <infinity|maximum|max|L-infinity> norm of {x}",
            "the largest magnitude in {x}",
            "the greatest absolute value of {all:x}",
            "the maximum of the absolute values of {all:x}",
        ),
        verbs=(
            "find the element of {x} with the largest absolute value and ^return that absolute value",
            "take the maximum of the absolute values of {x}",
            "find the largest magnitude among {all:x}",
        ),
        titles=("infinity norm", "max norm"),
        formulas=("s = max |x[i]|", "s = max over i of abs(x[i])"),
        sentences=("What is the largest absolute value in {x}?",),
        function="max_abs",
    ),
    _one(
        "abs sum",
        "sum[i](abs(x[i]))",
        types=NUMERIC,
        nouns=(
            "the sum of the absolute values of {x}",
            "the sum of absolute values of {all:x}",
            "the <L1|l1|1-|Manhattan|taxicab> norm of {x}",
            "the sum of magnitudes of {all:x}",
            "the L1 norm of {x}",
        ),
        verbs=(
            "add up the absolute values of {x}",
            "sum the magnitudes of {all:x}",
            "sum the absolute values of {all:x}",
            "accumulate |{x}| over all elements",
        ),
        titles=("L1 norm", "asum", "1-norm"),
        formulas=("s = sum of |x[i]|", "s = sum over i of abs(x[i])"),
        function="l1_norm",
    ),
    _one(
        "norm",
        "sqrt(sum[i](x[i] * x[i]))",
        nouns=(
            "the <Euclidean|L2|l2|2-> norm of {x}",
            "the Euclidean length of {x}",
            "the magnitude of {x}",
            "the square root of the sum of the squares of {all:x}",
            "the length of {x} as a vector in Euclidean space",
            "the two-norm of {x}",
            "the vector norm of {x}",
        ),
        verbs=(
            "take the square root of the sum of squares of {x}",
            "sum the squares of {all:x} and ^take the square root",
            "square {all:x}, ^add them up and ^take the square root",
        ),
        titles=("Euclidean norm", "L2 norm", "nrm2", "vector norm"),
        formulas=("s = sqrt(sum of x[i]^2)", "s = sqrt(sum of x[i] * x[i])", "s = ||x||"),
        function="l2_norm",
    ),
    _one(
        "squared norm",
        "sum[i](x[i] * x[i])",
        types=NUMERIC,
        nouns=(
            "the sum of squares of {x}",
            "the sum of the squares of {all:x}",
            "the squared <Euclidean|L2> norm of {x}",
            "the energy of {x} (sum of squares)",
            "the dot product of {x} with itself",
            "the sum of {all:x} squared",
        ),
        verbs=(
            "sum the squares of {all:x}",
            "square {each:x} and ^add up the results",
            "add up the squares of {x}",
            "accumulate the squared values of {x}",
        ),
        titles=("sum of squares", "signal energy"),
        formulas=("s = sum of x[i]^2", "s = sum over i of x[i] * x[i]", "s += x[i] * x[i]"),
        function="sum_of_squares",
    ),
    _one(
        "rms",
        "sqrt(sum[i](x[i] * x[i]) / n)",
        nouns=(
            "the root mean square of {x}",
            "the RMS of {x}",
            "the RMS value of {all:x}",
            "the square root of the mean of the squares of {x}",
            "the quadratic mean of {x}",
            "the rms level of {x}",
        ),
        verbs=(
            "take the square root of the average of the squares of {all:x}",
            "average the squares of {x} and ^take the square root",
            "compute the RMS of {x}",
        ),
        titles=("root mean square", "RMS"),
        formulas=("s = sqrt(sum of x[i]^2 / n)",),
        function="rms",
    ),
    _op(
        "variance",
        "t0 = sum[i](x[i]) / n; s = sum[i]((x[i] - t0) * (x[i] - t0)) / n for T[n] x, return T s",
        nouns=(
            "the variance of {x}",
            "the population variance of {x}",
            "the variance of {all:x}",
            "the mean squared deviation of {x} from its mean",
            "the average of the squared deviations of {all:x} from their mean",
            "the variance of {x} (dividing by the number of elements)",
        ),
        verbs=(
            "average the squared deviations of {x} from its mean",
            "subtract the mean from {each:x}, ^square and ^average",
            "compute the variance of {x}",
        ),
        titles=("variance", "population variance"),
        function="variance",
    ),
    _op(
        "sample variance",
        "t0 = sum[i](x[i]) / n; s = sum[i]((x[i] - t0) * (x[i] - t0)) / (n - 1) for T[n] x, return T s",
        fixed=False,
        nouns=(
            "the sample variance of {x}",
            "the unbiased variance of {x}",
            "the variance of {x} with Bessel's correction",
            "the variance of {x}, dividing by n - 1",
            "the unbiased sample variance of {all:x}",
        ),
        verbs=(
            "sum the squared deviations of {x} from its mean and ^divide by the number of elements minus one",
            "compute the unbiased variance of {x}",
        ),
        titles=("sample variance",),
        function="sample_variance",
    ),
    _op(
        "standard deviation",
        "t0 = sum[i](x[i]) / n; s = sqrt(sum[i]((x[i] - t0) * (x[i] - t0)) / n) for T[n] x, return T s",
        nouns=(
            "the standard deviation of {x}",
            "the population standard deviation of {x}",
            "the standard deviation of {all:x}",
            "the square root of the variance of {x}",
            "the std of {x}",
            "the root mean square deviation of {x} from its mean",
        ),
        verbs=(
            "take the square root of the variance of {x}",
            "compute the standard deviation of {x}",
            "measure the spread of {x} by its standard deviation",
        ),
        titles=("standard deviation",),
        function="standard_deviation",
    ),
    _op(
        "mean absolute deviation",
        "t0 = sum[i](x[i]) / n; s = sum[i](abs(x[i] - t0)) / n for T[n] x, return T s",
        nouns=(
            "the mean absolute deviation of {x}",
            "the average absolute difference of {all:x} from their mean",
            "the mean absolute deviation of {x} around its mean",
            "the average distance of {all:x} to the mean",
            "the mean of |{x} - mean({x})|",
        ),
        verbs=("average the absolute deviations of {x} from its mean",),
        titles=("mean absolute deviation",),
        function="mean_abs_deviation",
    ),
    _one(
        "geometric mean",
        "exp(sum[i](log(x[i])) / n)",
        kinds={"x": ("array", "vector", "list", "array of positive numbers")},
        nouns=(
            "the geometric mean of {x}",
            "the geometric mean of {all:x}",
            "the exponential of the mean of the logarithms of {x}",
            "the n-th root of the product of {all:x}, computed through logarithms",
            "the geometric average of {x}",
        ),
        verbs=(
            "average the logarithms of {x} and ^exponentiate the result",
            "take the geometric mean of {x}",
        ),
        titles=("geometric mean",),
        function="geometric_mean",
    ),
    _one(
        "harmonic mean",
        "n / sum[i](1 / x[i])",
        kinds={"x": ("array", "vector", "list", "array of positive numbers")},
        nouns=(
            "the harmonic mean of {x}",
            "the harmonic mean of {all:x}",
            "the number of elements of {x} divided by the sum of their reciprocals",
            "the reciprocal of the mean of the reciprocals of {x}",
            "the harmonic average of {all:x}",
        ),
        verbs=(
            "take the harmonic mean of {x}",
            "divide the number of elements by the sum of reciprocals of {all:x}",
        ),
        titles=("harmonic mean",),
        function="harmonic_mean",
    ),
    _op(
        "log-sum-exp",
        "t0 = max[i](x[i]); s = t0 + log(sum[i](exp(x[i] - t0))) for T[n] x, return T s",
        nouns=(
            "the log-sum-exp of {x}",
            "the logsumexp of {x}",
            "the logarithm of the sum of exponentials of {all:x}",
            "log(sum(exp({x}))) in a numerically stable way",
            "the log of the sum of exp of {all:x}",
            "the stable log-sum-exp of {x}",
        ),
        verbs=(
            "compute logsumexp of {x}, subtracting the maximum first",
            "sum the exponentials of {all:x} and ^take the log",
        ),
        titles=("log-sum-exp", "logsumexp"),
        function="log_sum_exp",
    ),
    _one(
        "entropy",
        "-sum[i](x[i] * log(x[i]))",
        kinds={"x": ("array", "vector", "array of probabilities", "distribution", "probability vector")},
        nouns=(
            "the <Shannon |>entropy of {x}",
            "the entropy (in nats) of {x}",
            "minus the sum of p * log(p) over {x}",
            "the entropy of the probabilities in {x}",
            "the negative sum over {x} of each element times its natural logarithm",
        ),
        verbs=(
            "multiply {each:x} by its natural log, ^sum and ^negate",
            "compute the Shannon entropy in nats of {x}",
        ),
        titles=("Shannon entropy",),
        formulas=("s = -sum of x[i] * log(x[i])",),
        function="entropy",
    ),
    _two(
        "dot",
        "sum[i](x[i] * y[i])",
        types=NUMERIC,
        nouns=(
            "the <dot|inner|scalar> product of {x,y}",
            "the sum of the products of corresponding elements of {x,y}",
            "the sum of {x} times {y} over all elements",
            "the dot product {x} . {y}",
            "the inner product of {x} and {y}",
            "the sum of the elementwise products of {x,y}",
        ),
        verbs=(
            "multiply {x,y} elementwise and ^sum the products",
            "take the <dot|inner|scalar> product of {x,y}",
            "dot {x} with {y}",
            "sum the products of corresponding elements of {x,y}",
            "multiply corresponding elements of {x,y} and ^add up the products",
        ),
        titles=("<dot|inner|scalar> product", "vector dot product"),
        formulas=("s = sum of x[i] * y[i]", "s += x[i] * y[i]", "s = x . y", "s = sum over i of x[i] * y[i]"),
        function="dot_product",
    ),
    _op(
        "triple dot",
        "s = sum[i](x[i] * y[i] * z[i]) for T[n] x, T[n] y, T[n] z, return T s",
        nouns=(
            "the sum of the products of corresponding elements of {x,y,z}",
            "the sum of {x} * {y} * {z}",
            "the triple dot product of {x,y,z}",
            "the inner product of {x} and {y} weighted by {z}",
        ),
        verbs=(
            "multiply {x,y,z} elementwise and ^sum the products",
            "sum the products of the elements of {x,y,z} with the same index",
        ),
        formulas=("s = sum of x[i] * y[i] * z[i]",),
        function="triple_dot",
    ),
    _two(
        "l1 distance",
        "sum[i](abs(x[i] - y[i]))",
        types=NUMERIC,
        nouns=(
            "the <L1|Manhattan|taxicab|city block> distance between {x,y}",
            "the sum of absolute differences of {x,y}",
            "the sum of the absolute differences between corresponding elements of {x,y}",
            "the L1 norm of {x} - {y}",
            "the SAD of {x,y}",
        ),
        verbs=(
            "sum the absolute differences of {x,y}",
            "subtract {y} from {x} and ^add up the absolute values",
            "accumulate |{x} - {y}| over all elements",
        ),
        titles=("Manhattan distance", "sum of absolute differences"),
        formulas=("s = sum of |x[i] - y[i]|",),
        function="manhattan_distance",
    ),
    _two(
        "l2 distance",
        "sqrt(sum[i]((x[i] - y[i]) * (x[i] - y[i])))",
        nouns=(
            "the <Euclidean|L2> distance between {x,y}",
            "the distance between the points {x} and {y}",
            "the square root of the sum of squared differences of {x,y}",
            "the Euclidean norm of {x} - {y}",
            "the straight-line distance between {x,y}",
        ),
        verbs=(
            "sum the squared differences of {x,y} and ^take the square root",
            "measure the Euclidean distance from {x} to {y}",
            "take the L2 norm of the difference of {x,y}",
        ),
        titles=("Euclidean distance",),
        formulas=("s = sqrt(sum of (x[i] - y[i])^2)",),
        function="euclidean_distance",
    ),
    _two(
        "squared distance",
        "sum[i]((x[i] - y[i]) * (x[i] - y[i]))",
        types=NUMERIC,
        nouns=(
            "the squared <Euclidean|L2> distance between {x,y}",
            "the sum of squared differences of {x,y}",
            "the sum of squared errors between {x} and {y}",
            "the SSD of {x,y}",
            "the sum of the squares of the differences between corresponding elements of {x,y}",
        ),
        verbs=(
            "sum the squared differences of {x,y}",
            "subtract {y} from {x}, ^square and ^sum",
            "add up the squares of {x} - {y}",
        ),
        titles=("sum of squared differences",),
        formulas=("s = sum of (x[i] - y[i])^2",),
        function="squared_distance",
    ),
    _two(
        "linf distance",
        "max[i](abs(x[i] - y[i]))",
        types=NUMERIC,
        nouns=(
            "the largest absolute difference between {x,y}",
            "the <Chebyshev|L-infinity|maximum> distance between {x,y}",
            "the maximum absolute difference between corresponding elements of {x,y}",
            "the max norm of {x} - {y}",
            "the biggest deviation of {x} from {y} in absolute value",
        ),
        verbs=(
            "find the largest absolute difference between corresponding elements of {x,y}",
            "take the maximum of |{x} - {y}|",
        ),
        titles=("Chebyshev distance",),
        formulas=("s = max |x[i] - y[i]|",),
        function="chebyshev_distance",
    ),
    _two(
        "mse",
        "sum[i]((x[i] - y[i]) * (x[i] - y[i])) / n",
        nouns=(
            "the mean squared error between {x,y}",
            "the MSE of {x,y}",
            "the mean of the squared differences of {x,y}",
            "the average squared difference between {x} and {y}",
            "the mean square error of {x} against {y}",
        ),
        verbs=(
            "average the squared differences of {x,y}",
            "sum the squared differences of {x,y} and ^divide by the number of elements",
        ),
        titles=("mean squared error", "MSE loss"),
        formulas=("s = sum of (x[i] - y[i])^2 / n",),
        function="mean_squared_error",
    ),
    _two(
        "rmse",
        "sqrt(sum[i]((x[i] - y[i]) * (x[i] - y[i])) / n)",
        nouns=(
            "the root mean squared error between {x,y}",
            "the RMSE of {x,y}",
            "the square root of the mean squared difference of {x,y}",
            "the root mean square deviation between {x} and {y}",
            "the RMS difference of {x,y}",
        ),
        verbs=("average the squared differences of {x,y} and ^take the square root",),
        titles=("RMSE", "root mean squared error"),
        function="rmse",
    ),
    _two(
        "mae",
        "sum[i](abs(x[i] - y[i])) / n",
        nouns=(
            "the mean absolute error between {x,y}",
            "the MAE of {x,y}",
            "the average absolute difference between {x} and {y}",
            "the mean of the absolute differences of {x,y}",
            "the mean of |{x} - {y}|",
        ),
        verbs=("average the absolute differences of {x,y}",),
        titles=("mean absolute error",),
        function="mean_absolute_error",
    ),
    _two(
        "cosine",
        "sum[i](x[i] * y[i]) / (sqrt(sum[i](x[i] * x[i])) * sqrt(sum[i](y[i] * y[i])))",
        nouns=(
            "the cosine similarity of {x,y}",
            "the cosine of the angle between {x,y}",
            "the cosine similarity between {x} and {y}",
            "the dot product of {x,y} divided by the product of their norms",
            "the normalised dot product of {x,y}",
        ),
        verbs=(
            "divide the dot product of {x,y} by the product of their Euclidean norms",
            "measure how similar {x} and {y} are by the cosine of their angle",
        ),
        titles=("cosine similarity",),
        function="cosine_similarity",
    ),
    _two(
        "cosine distance",
        "1 - sum[i](x[i] * y[i]) / (sqrt(sum[i](x[i] * x[i])) * sqrt(sum[i](y[i] * y[i])))",
        nouns=(
            "the cosine distance between {x,y}",
            "one minus the cosine similarity of {x,y}",
            "1 minus the cosine of the angle between {x,y}",
            "the cosine distance of {x} and {y}",
        ),
        titles=("cosine distance",),
        function="cosine_distance",
    ),
    _op(
        "covariance",
        (
            "t0 = sum[i](x[i]) / n; t1 = sum[i](y[i]) / n; s = sum[i]((x[i] - t0) * (y[i] - t1)) "
            "/ n for T[n] x, T[n] y, return T s"
        ),
        nouns=(
            "the covariance of {x,y}",
            "the population covariance of {x,y}",
            "the mean product of the deviations of {x} and {y} from their means",
            "the covariance between {x} and {y}",
            "the covariance of {x} with {y}",
        ),
        verbs=("average the products of the deviations of {x,y} from their means",),
        titles=("covariance",),
        function="covariance",
    ),
    _op(
        "correlation",
        (
            "t0 = sum[i](x[i]) / n; t1 = sum[i](y[i]) / n; s = sum[i]((x[i] - t0) * (y[i] - t1)) "
            "/ sqrt(sum[i]((x[i] - t0) * (x[i] - t0)) * sum[i]((y[i] - t1) * (y[i] - t1))) for "
            "T[n] x, T[n] y, return T s"
        ),
        nouns=(
            "the <Pearson |>correlation coefficient of {x,y}",
            "the Pearson correlation between {x} and {y}",
            "the correlation of {x,y}",
            "Pearson's r for {x,y}",
            "the linear correlation coefficient of {x,y}",
        ),
        verbs=("measure the linear correlation of {x,y} (Pearson's r)",),
        titles=("Pearson correlation",),
        function="correlation",
    ),
    _two(
        "weighted sum",
        "sum[i](y[i] * x[i])",
        roles={"y": "weights"},
        kinds={"y": ("weight array", "array of weights", "weight vector")},
        nouns=(
            "the sum of {x} weighted by {y}",
            "the weighted sum of {x} with {y}",
            "the weighted sum of {all:x}, the weights being {y}",
            "the sum of {all:x}, each multiplied by its weight in {y}",
            "the total of {x} weighted with {y}",
        ),
        verbs=(
            "weight {x} by {y} and ^sum the result",
            "sum {all:x}, each weighted by the corresponding element of {y}",
        ),
        titles=("weighted sum",),
        function="weighted_sum",
    ),
    _two(
        "weighted mean",
        "sum[i](y[i] * x[i]) / sum[i](y[i])",
        kinds={"y": ("weight array", "array of weights", "weight vector")},
        nouns=(
            "the weighted <mean|average> of {x} with {y}",
            "the <mean|average> of {x} weighted by {y}",
            "the weighted sum of {x} with {y}, divided by the sum of the weights",
            "the weighted average of {all:x}, the weights being {y}",
            "the weighted mean of {x}, weights in {y}",
        ),
        verbs=("average {x} using {y} as weights, normalising by the total weight",),
        titles=("weighted mean", "weighted average"),
        function="weighted_mean",
    ),
    _index(
        "argmax",
        "argmax[i](x[i])",
        nouns=(
            "the index of the <largest|maximum|greatest|highest> <element|value> <of|in> {x}",
            "the argmax of {x}",
            "the position of the maximum of {x}",
            "the location of the largest element in {x}",
            "the first index at which {x} is largest",
            "the index where {x} attains its maximum",
        ),
        verbs=(
            "find where {x} has its maximum",
            "find the index of the largest element of {x}",
            "locate the maximum of {x} and ^return its index",
            "search for the position of the biggest value in {x}",
        ),
        titles=("argmax",),
        sentences=("Where is the maximum of {x}?", "At which index is {x} largest?"),
        function="argmax",
    ),
    _index(
        "argmin",
        "argmin[i](x[i])",
        nouns=(
            "the index of the <smallest|minimum|least|lowest> <element|value> <of|in> {x}",
            "the argmin of {x}",
            "the position of the minimum of {x}",
            "the location of the smallest element in {x}",
            "the first index at which {x} is smallest",
            "the index where {x} attains its minimum",
        ),
        verbs=(
            "find where {x} has its minimum",
            "find the index of the smallest element of {x}",
            "locate the minimum of {x} and ^return its index",
            "search for the position of the lowest value in {x}",
        ),
        titles=("argmin",),
        sentences=("Where is the minimum of {x}?", "At which index is {x} smallest?"),
        function="argmin",
    ),
    _index(
        "arg abs max",
        "argmax[i](abs(x[i]))",
        nouns=(
            "the index of the element of {x} with the largest absolute value",
            "the position of the entry of largest magnitude in {x}",
            "the index of the largest absolute value in {x}",
            "the isamax index of {x} (largest magnitude)",
            "the index at which |{x}| is largest",
        ),
        verbs=(
            "find the index of the element of {x} that is largest in absolute value",
            "locate the entry of {x} with the greatest magnitude and ^return its index",
        ),
        titles=("index of maximum magnitude", "iamax"),
        function="argmax_abs",
    ),
    _op(
        "matrix sum",
        "s = sum[i, j](x[i, j]) for T[n, m] x, return T s",
        types=NUMERIC,
        kinds=MATRIX,
        nouns=(
            "the sum of all elements of {x}",
            "the sum of all entries in {x}",
            "the total over all rows and columns of {x}",
            "the grand total of {x}",
            "the sum of {x} over both dimensions",
        ),
        verbs=(
            "add up all entries of {x}",
            "sum {x} over all rows and columns",
            "sum every element of {x}",
            "accumulate all entries of {x}",
        ),
        titles=("matrix sum",),
        formulas=("s = sum over i, j of x[i, j]",),
        function="matrix_sum",
    ),
    _op(
        "matrix max",
        "s = max[i, j](x[i, j]) for T[n, m] x, return T s",
        types=NUMERIC,
        kinds=MATRIX,
        nouns=(
            "the largest element of {x}",
            "the maximum over all entries of {x}",
            "the maximum value in {x}",
            "the biggest entry in {x}",
            "the highest value anywhere in {x}",
        ),
        verbs=("find the largest entry of {x}", "search all rows and columns of {x} for the maximum"),
        titles=(),
        function="matrix_max",
    ),
    _op(
        "matrix min",
        "s = min[i, j](x[i, j]) for T[n, m] x, return T s",
        types=NUMERIC,
        kinds=MATRIX,
        nouns=(
            "the smallest element of {x}",
            "the minimum over all entries of {x}",
            "the minimum value in {x}",
            "the least entry in {x}",
            "the lowest value anywhere in {x}",
        ),
        verbs=("find the smallest entry of {x}", "search all rows and columns of {x} for the minimum"),
        titles=(),
        function="matrix_min",
    ),
    _op(
        "matrix mean",
        "s = sum[i, j](x[i, j]) / (n * m) for T[n, m] x, return T s",
        kinds=MATRIX,
        nouns=(
            "the mean of all elements of {x}",
            "the average over all entries of {x}",
            "the average value of {x}",
            "the mean of {x} over both dimensions",
            "the average entry of {x}",
        ),
        verbs=("average all entries of {x}", "average {x} over rows and columns"),
        titles=(),
        function="matrix_mean",
    ),
    _op(
        "volume sum",
        "s = sum[i, j, k](x[i, j, k]) for T[n, m, p] x, return T s",
        types=NUMERIC,
        nouns=(
            "the sum of all elements of {x}",
            "the sum of {x} over all three dimensions",
            "the total of all values in {x}",
            "the sum over all cells of {x}",
        ),
        verbs=("add up all values of {x}", "sum {x} over all three axes"),
        titles=(),
        function="volume_sum",
    ),
    _two(
        "equal count",
        "count[i](x[i] == y[i])",
        types=INTEGERS,
        implied=False,
        nouns=(
            "the number of positions at which {x} and {y} are equal",
            "the number of indices where {x} and {y} agree",
            "the count of equal corresponding elements of {x,y}",
            "how many elements of {x} equal the element of {y} at the same index",
            "the number of matches between {x} and {y}",
        ),
        verbs=(
            "count the positions where {x} and {y} agree",
            "count the indices at which {x} and {y} have the same value",
        ),
        function="count_equal",
    ),
    _two(
        "differ count",
        "count[i](x[i] != y[i])",
        types=INTEGERS,
        implied=False,
        nouns=(
            "the number of positions at which {x} and {y} differ",
            "the Hamming distance between {x,y}",
            "the number of mismatches between {x} and {y}",
            "the count of indices where {x} and {y} are different",
            "how many elements differ between {x} and {y}",
        ),
        verbs=("count the positions where {x} and {y} differ", "count the mismatches between {x} and {y}"),
        titles=("Hamming distance",),
        function="hamming_distance",
    ),
    _op(
        "equal arrays",
        "s = all[i](x[i] == y[i]) for T[n] x, T[n] y, return bool s",
        types=INTEGERS,
        verbs=(
            "check whether {x} and {y} are equal",
            "test whether all corresponding elements of {x,y} are equal",
            "tell whether {x} and {y} hold the same values",
            "decide if {x} equals {y} in every element",
            "compare {x} with {y} for equality",
        ),
        nouns=(
            "true if {x} and {y} are equal in all elements and false otherwise",
            "whether {x} and {y} are identical",
        ),
        titles=("array equality test",),
        sentences=("Are {x} and {y} equal?",),
        function="arrays_equal",
    ),
    _op(
        "is sorted",
        "s = all[i in 1..n](x[i - 1] <= x[i]) for T[n] x, return bool s",
        types=NUMERIC,
        verbs=(
            "check whether {x} is sorted",
            "check whether {x} is sorted in ascending order",
            "test if {x} is nondecreasing",
            "tell whether {all:x} are in ascending order",
            "determine if {x} is in nondecreasing order",
            "verify that {x} is sorted ascending",
        ),
        nouns=("true if {x} is sorted in ascending order and false otherwise", "whether {x} is sorted"),
        titles=("sortedness check",),
        sentences=("Is {x} sorted?",),
        function="is_sorted",
    ),
    _op(
        "ascents",
        "s = count[i in 1..n](x[i] > x[i - 1]) for T[n] x, return i64 s",
        types=NUMERIC,
        verbs=(
            "count how many elements of {x} are larger than their predecessor",
            "count the elements of {x} that exceed the previous one",
            "count the increases from one element of {x} to the next",
        ),
        nouns=(
            "the number of elements of {x} that are greater than the one before",
            "the number of ascents in {x}",
            "how often {x} increases from one element to the next",
        ),
        function="count_increases",
    ),
    _op(
        "sign changes",
        "s = count[i in 1..n](x[i] * x[i - 1] < 0) for T[n] x, return i64 s",
        kinds={"x": ("signal", "array", "sequence", "waveform")},
        verbs=(
            "count the zero crossings of {x}",
            "count how often {x} changes sign",
            "count neighbouring elements of {x} whose product is negative",
            "count the sign changes in {x}",
        ),
        nouns=(
            "the number of zero crossings of {x}",
            "the number of sign changes in {x}",
            "the number of consecutive elements of {x} with opposite signs",
        ),
        titles=("zero crossing count",),
        function="zero_crossings",
    ),
    _op(
        "total variation",
        "s = sum[i in 1..n](abs(x[i] - x[i - 1])) for T[n] x, return T s",
        kinds={"x": ("signal", "array", "sequence", "vector")},
        verbs=(
            "sum the absolute differences of consecutive elements of {x}",
            "add up the absolute changes from each element of {x} to the next",
        ),
        nouns=(
            "the total variation of {x}",
            "the sum of absolute differences between neighbouring elements of {x}",
            "the sum of |{x}[i] - {x}[i-1]|",
            "the accumulated absolute change along {x}",
        ),
        titles=("total variation",),
        function="total_variation",
    ),
    _op(
        "trapezoid",
        "s = sum[i in 1..n]((x[i - 1] + x[i]) / 2) * a for T[n] x, T a, return T s",
        roles={"a": "step size"},
        kinds={"x": ("array of samples", "array", "sequence of function values")},
        constants={"a": ("0.1", "0.5", "0.01")},
        verbs=(
            "integrate {x} with the trapezoidal rule and {a:step size}",
            "approximate the integral of {x}, sampled with spacing {!a}, by the trapezoid rule",
            "apply the trapezoidal rule to {x} with {a:step size}",
        ),
        nouns=(
            "the integral of {x} by the trapezoidal rule with {a:step size}",
            "the trapezoidal approximation of the integral of {x}, spacing {!a}",
        ),
        function="trapezoid",
    ),
    _op(
        "polynomial value",
        "s = sum[j](x[j] * pow(a, j)) for T[n] x, T a, return T s",
        roles={"a": "point"},
        kinds={"x": ("coefficient array", "array of coefficients", "vector of coefficients")},
        verbs=(
            "evaluate the polynomial with coefficients {x}, lowest degree first, at {a:point}",
            "evaluate at {a:point} the polynomial whose coefficient of degree i is {!x}[i]",
            "compute the value at {a:point} of the polynomial with coefficients {x} in ascending order of degree",
        ),
        nouns=("the value of the polynomial with coefficients {x} (constant term first) at {a:point}",),
        function="evaluate_polynomial",
    ),
    _op(
        "next larger pairs",
        "s = count[i, j in i + 1..n](x[i] > x[j]) for T[n] x, return i64 s",
        types=NUMERIC,
        verbs=(
            "count the inversions of {x}",
            "count the pairs i < j with {!x}[i] > {!x}[j]",
            "count pairs of elements of {x} that are out of order",
        ),
        nouns=(
            "the number of inversions in {x}",
            "the number of pairs of elements of {x} in the wrong order",
        ),
        titles=("inversion count",),
        function="count_inversions",
    ),
    _op(
        "pair sums",
        "s = count[i, j in i + 1..n](x[i] + x[j] == a) for T[n] x, T a, return i64 s",
        types=INTEGERS,
        roles={"a": "target"},
        constants={"a": ("10", "7", "12")},
        verbs=(
            "count the pairs of distinct positions in {x} whose elements sum to {a}",
            "count pairs i < j with {!x}[i] + {!x}[j] equal to {a}",
        ),
        nouns=(
            "the number of pairs of elements of {x} that add up to {a}",
            "the number of index pairs i < j of {x} with sum {a}",
        ),
        function="count_pairs",
    ),
    _op(
        "min pair distance",
        "s = min[i, j in i + 1..n](abs(x[i] - x[j])) for T[n] x, return T s",
        verbs=(
            "find the smallest absolute difference between any two elements of {x}",
            "find how close the two closest elements of {x} are",
        ),
        nouns=(
            "the smallest distance between two different elements of {x}",
            "the minimum of |{x}[i] - {x}[j]| over all pairs i < j",
        ),
        function="closest_pair",
    ),
)

SUM_FRAMES = (
    ("sum", "sum[i](@)", ("the sum of $", "the total of $"), ("add up $", "sum $", "accumulate $")),
    ("mean", "sum[i](@) / n", ("the mean of $", "the average of $"), ("average $",)),
    (
        "max",
        "max[i](@)",
        ("the maximum of $", "the largest of $", "the greatest of $"),
        ("find the maximum of $", "find the largest of $"),
    ),
    (
        "min",
        "min[i](@)",
        ("the minimum of $", "the smallest of $"),
        ("find the minimum of $", "find the smallest of $"),
    ),
    ("product", "prod[i](@)", ("the product of $",), ("multiply together $", "multiply $ together")),
)


def draw(rng: random.Random, voice: Voice) -> Draft:
    """A fixed reduction, one over a condition, or one of a mapped array."""
    kind = rng.random()
    if kind < 0.5:
        return compose(voice, rng.choice(FIXED))
    if kind < 0.78:
        return compose(voice, conditional_operation(rng))
    return compose(voice, mapped_operation(rng))


def mapped_operation(rng: random.Random) -> Operation:
    """The sum (mean, maximum …) of a function of the elements."""
    e = draw_expression(rng, rng.choice((1, 1, 2)))
    name, text, nouns, verbs = rng.choice(SUM_FRAMES[:4])
    single = e.steps[0] if len(e.steps) == 1 else None
    element = rng.choice(("{each:x}", "{each:x}"))
    plurals = [p.replace("@", "{all:x}") for p in single.plurals] if single else []
    value = e.noun(rng, "{x}[i]").replace("{x}", "{!x}")
    what = rng.choice(plurals) if plurals and rng.random() < 0.7 else f"{value} over all i"
    step = e.verb(rng, element)
    final = {
        "sum": "^sum the results",
        "mean": "^average the results",
        "max": "^take the maximum of the results",
        "min": "^take the minimum of the results",
    }[name]
    body = e.text("x[i]")
    return Operation(
        FAMILY,
        "mapped",
        f"s = {text.replace('@', body)} for T[n] x{scalar_arguments(e.scalars)}, return T s",
        nouns=tuple(n.replace("$", what) for n in nouns[:2]),
        verbs=(verbs[0].replace("$", what), f"{step} and {final}", f"{step}, then {final}"),
        formulas=(
            f"s = {name if name != 'mean' else 'average'} over i of {body}",
            f"s = {name if name != 'mean' else 'mean'} of {body}",
        )
        if name != "product"
        else (),
        types=FLOATS,
        roles=roles(e.scalars),
        constants=constants(e.scalars, False),
        function=f"{name}_of_values",
        operations=(*e.operations, name),
    )


def conditional_operation(rng: random.Random) -> Operation:
    """Counts, sums, any, all, first, last, extremes under a condition."""
    integers = rng.random() < 0.35
    test = draw_test(rng, integers=integers)
    while test.condition.name in ("equal", "unequal", "zero", "nonzero") and not integers:
        test = draw_test(rng, integers=integers)
    text, which, one = test.text("x[i]"), test.which(rng), test.one(rng)
    bare = which
    for lead in ("all the ", "the ", "all ", "those "):
        bare = bare.removeprefix(lead) if bare == which else bare
    kind = rng.choice(
        (
            "count",
            "count",
            "count",
            "sum",
            "sum",
            "mean",
            "any",
            "all",
            "first",
            "last",
            "product",
            "max",
            "min",
            "sum squares",
            "none",
        )
    )
    condition = text.removeprefix("(").removesuffix(")") if text.startswith("(") else text
    result = "T"
    formulas: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()
    verbs: tuple[str, ...]
    nouns: tuple[str, ...] = ()
    if kind == "count":
        body, result = f"count[i]({condition})", "i64"
        nouns = (
            f"the number of {bare}",
            f"the count of {bare}",
            f"how many elements of {{x}} are {test.predicate(rng)}",
        )
        verbs = (
            f"count {which}",
            f"count how many elements of {{x}} are {test.predicate(rng)}",
            f"count the {bare}",
            f"determine how many of {{all:x}} are {test.predicate(rng)}",
            f"tally {which}",
        )
        sentences = (f"How many elements of {{x}} are {test.predicate(rng)}?", f"How many {bare} are there?")
    elif kind in ("sum", "product", "mean", "sum squares"):
        if kind == "sum":
            body = f"sum[i | {condition}](x[i])"
            nouns = (
                f"the sum of {which}",
                f"the total of {which}",
                f"the sum of {{all:x}}, counting only those that are {test.predicate(rng)}",
            )
            verbs = (
                f"add up {which}",
                f"sum {which}",
                f"sum only {which}" if not which.startswith("all") else f"sum up {which}",
                f"accumulate {which}",
            )
        elif kind == "product":
            body = f"prod[i | {condition}](x[i])"
            nouns = (f"the product of {which}", f"the product of {{all:x}} that are {test.predicate(rng)}")
            verbs = (f"multiply {which} together", f"multiply together {which}")
        elif kind == "mean":
            body = f"sum[i | {condition}](x[i]) / count[i]({condition})"
            integers = False
            nouns = (
                f"the mean of {which}",
                f"the average of {which}",
                f"the average of {{all:x}} that are {test.predicate(rng)}",
            )
            verbs = (f"average {which}", f"take the mean of {which}")
        else:
            body = f"sum[i | {condition}](x[i] * x[i])"
            nouns = (f"the sum of the squares of {which}", f"the sum of squares of {which}")
            verbs = (f"add up the squares of {which}", f"square {which} and ^sum the squares")
    elif kind in ("any", "all", "none"):
        result = "bool"
        body = {
            "any": f"any[i]({condition})",
            "all": f"all[i]({condition})",
            "none": f"!any[i]({condition})",
        }[kind]
        quantity = {
            "any": ("any element of {x} is", "at least one element of {x} is", "some element of {x} is"),
            "all": ("every element of {x} is", "each element of {x} is", "all elements of {x} are"),
            "none": ("no element of {x} is", "none of the elements of {x} is", "no element of {x} is"),
        }[kind]
        q = rng.choice(quantity)
        claim = f"{q} {test.predicate(rng) if q.endswith('are') else one}"
        verbs = (
            f"check whether {claim}",
            f"check if {claim}",
            f"test whether {claim}",
            f"determine whether {claim}",
            f"tell if {claim}",
            f"return true if {claim} and false otherwise",
            f"decide whether {claim}",
        )
        sentences = (f"Is it true that {claim}?",)
        nouns = (f"true if {claim} and false otherwise", f"true if and only if {claim}", f"whether {claim}")
    elif kind in ("first", "last"):
        body, result = f"{kind}[i]({condition})", "i64"
        word = rng.choice(("element", "value", "entry"))
        such = f"{word} of {{x}} that is {one}"
        ends = ", or -1 if there is none"
        nouns = (
            f"the index of the {kind} {such}",
            f"the index of the {kind} {such}{ends}",
            f"the position of the {kind} {such}{ends}",
            f"the {'smallest' if kind == 'first' else 'largest'} index i such that {{!x}}[i] is {one}{ends}",
        )
        verbs = (
            f"find the {kind} {such} and ^return its index",
            f"search for the {kind} {such} and ^return its index, -1 if none exists",
            f"locate the {kind} {such} (return -1 if not found)",
            f"find the index of the {kind} {such}",
        )
    else:
        body = f"{kind}[i | {condition}](x[i])"
        word = {"max": "largest", "min": "smallest"}[kind]
        nouns = (
            f"the {word} of {which}",
            f"the {kind}imum of {which}",
            f"the {word} element of {{x}} that is {one}",
        )
        verbs = (
            f"find the {word} of {which}",
            f"take the {kind}imum over {which}",
            f"find the {word} element of {{x}} that is {one}",
        )
    if kind == "mean" and test.condition.needs == "integer":
        return conditional_operation(rng)
    arguments = "".join(f", T {x}{' nonzero' if 'divi' in test.condition.name else ''}" for x in test.scalars)
    numbers = constants(test.scalars, integers)
    if kind in ("mean", "max", "min"):  # of nothing they mean nothing: bounds that some of the data pass
        numbers = {
            x: few for x, options in numbers.items() if (few := tuple(o for o in options if float(o) <= 2))
        }
    return Operation(
        FAMILY,
        f"conditional {kind}",
        f"s = {body} for T[n] x{arguments}, return {result} s",
        verbs=verbs,
        nouns=nouns,
        sentences=sentences,
        formulas=formulas,
        types=INTEGERS if integers else FLOATS,
        implied=test.condition.needs == "integer",
        roles=roles(test.scalars),
        constants=numbers,
        function=f"{kind}_if".replace(" ", "_"),
        operations=(test.condition.name, kind),
    )

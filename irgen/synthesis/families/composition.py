"""Up to three operations one after the other: chains drawn from parts, and the well-known ones by their names."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass

from passwright.irgen.synthesis.draft import Draft
from passwright.irgen.synthesis.expressions import (
    UNARIES,
    Scalar,
    constants,
    draw_test,
    put,
    roles,
    scalar_arguments,
)
from passwright.irgen.synthesis.operation import FLOATS, Operation
from passwright.irgen.synthesis.sentence import compose
from passwright.irgen.synthesis.voice import Voice

FAMILY = "composition"
Element = Callable[[str], str]


def _op(name: str, program: str, operations: tuple[str, ...], **rest: object) -> Operation:
    rest.setdefault("types", FLOATS)
    return Operation(FAMILY, name, program, operations=operations, **rest)  # type: ignore[arg-type]


PROBABILITIES = {"x": ("array", "vector", "vector of scores", "array of logits")}
LAYER = {
    "A": ("weight matrix", "matrix"),
    "x": ("vector", "input vector"),
    "z": ("bias vector", "vector"),
    "y": ("vector",),
    "B": ("matrix",),
    "C": ("matrix",),
}

KNOWN: tuple[Operation, ...] = (
    _op(
        "normalise by sum",
        "t0 = sum[i](x[i]); y[i] = x[i] / t0 for T[n] x, out T[n] y",
        ("sum", "divide"),
        nouns=(
            "{x} divided by its sum",
            "{x} scaled so that its elements sum to one",
            "the elements of {x} as fractions of their total",
            "{x} normalised to sum to one",
        ),
        verbs=(
            "normalise {x} to sum to one",
            "divide {each:x} by the sum of all of them",
            "divide {x} by its sum",
            "scale {x} so that its elements add up to 1",
            "normalize {x} by its total",
            "turn {x} into fractions of its total",
        ),
        titles=("normalisation by the sum",),
        function="normalize_sum",
    ),
    _op(
        "subtract mean",
        "t0 = sum[i](x[i]) / n; y[i] = x[i] - t0 for T[n] x, out T[n] y",
        ("mean", "subtract"),
        nouns=(
            "{x} with its mean subtracted",
            "the deviations of {x} from its mean",
            "the centred {x}, which has mean zero",
        ),
        verbs=(
            "subtract the mean of {x} from {each:x}",
            "center {x} around zero by subtracting its mean",
            "remove the mean from {x}",
            "shift {x} to zero mean",
            "subtract the average of {x} from each of its elements",
        ),
        titles=("mean removal",),
        function="subtract_mean",
    ),
    _op(
        "l2 normalise",
        "t0 = sqrt(sum[i](x[i] * x[i])); y[i] = x[i] / t0 for T[n] x, out T[n] y",
        ("norm", "divide"),
        nouns=(
            "{x} divided by its Euclidean norm",
            "the unit vector in the direction of {x}",
            "{x} scaled to unit length",
            "the L2-normalised {x}",
        ),
        verbs=(
            "normalise {x} to unit length",
            "divide {x} by its Euclidean norm",
            "L2-normalise {x}",
            "scale {x} to have Euclidean norm one",
            "make {x} a unit vector",
            "normalize {x} to unit L2 norm",
        ),
        titles=("vector normalisation to unit length", "L2 normalisation"),
        function="normalize_l2",
    ),
    _op(
        "max normalise",
        "t0 = max[i](abs(x[i])); y[i] = x[i] / t0 for T[n] x, out T[n] y",
        ("abs max", "divide"),
        nouns=(
            "{x} divided by its largest absolute value",
            "{x} scaled so that its largest magnitude is one",
            "the peak-normalised {x}",
        ),
        verbs=(
            "divide {x} by its largest absolute value",
            "normalise {x} by its maximum absolute value",
            "scale {x} so that the largest magnitude becomes 1",
            "peak-normalise {x}",
        ),
        titles=("peak normalisation",),
        function="normalize_peak",
    ),
    _op(
        "minmax",
        "t0 = min[i](x[i]); t1 = max[i](x[i]); y[i] = (x[i] - t0) / (t1 - t0) for T[n] x, out T[n] y",
        ("range", "scale"),
        nouns=(
            "{x} rescaled to the range from 0 to 1",
            "the min-max normalised {x}",
            "{x} mapped linearly so that its minimum becomes 0 and its maximum 1",
        ),
        verbs=(
            "scale {x} to the range [0, 1] by its minimum and maximum",
            "min-max normalise {x}",
            "rescale {x} linearly to the interval [0, 1]",
            "map {x} linearly so that the minimum becomes 0 and the maximum 1",
            "apply min-max scaling to {x}",
            "subtract the minimum from {x} and ^divide by the range",
        ),
        titles=("min-max scaling", "min-max normalisation"),
        function="min_max_scale",
    ),
    _op(
        "standardise",
        (
            "t0 = sum[i](x[i]) / n; t1 = sqrt(sum[i]((x[i] - t0) * (x[i] - t0)) / n); y[i] = "
            "(x[i] - t0) / t1 for T[n] x, out T[n] y"
        ),
        ("mean", "standard deviation", "scale"),
        nouns=(
            "the z-scores of {x}",
            "{x} standardised to zero mean and unit variance",
            "{x} minus its mean, divided by its standard deviation",
            "the standard scores of {x}",
        ),
        verbs=(
            "standardise {x} to zero mean and unit variance",
            "standardize {x}",
            "subtract the mean from {x} and ^divide by the standard deviation",
            "normalise {x} to mean 0 and standard deviation 1",
            "turn {x} into z-scores",
            "z-score {x}",
        ),
        titles=("standardisation", "z-score normalisation", "z-scores"),
        function="standardize",
    ),
    _op(
        "softmax",
        "t0 = max[i](x[i]); t1 = sum[i](exp(x[i] - t0)); y[i] = exp(x[i] - t0) / t1 for T[n] x, out T[n] y",
        ("max", "exp", "normalise by sum"),
        kinds=PROBABILITIES,
        nouns=(
            "the softmax of {x}",
            "the numerically stable softmax of {x}",
            "the softmax over {all:x}",
            "the softmax probabilities for {x}",
            "the exponentials of {x} minus its maximum, divided by their sum",
        ),
        verbs=(
            "apply softmax to {x}",
            "apply the softmax function to {x}, subtracting the maximum first",
            "exponentiate {x} minus its maximum and ^normalise the result to sum to one",
            "turn {x} into probabilities with softmax",
            "compute a stable softmax of {x}",
        ),
        titles=("softmax", "stable softmax", "numerically stable softmax", "softmax function"),
        formulas=(),
        function="softmax",
    ),
    _op(
        "log softmax",
        "t0 = max[i](x[i]); t1 = t0 + log(sum[i](exp(x[i] - t0))); y[i] = x[i] - t1 for T[n] x, out T[n] y",
        ("log-sum-exp", "subtract"),
        kinds=PROBABILITIES,
        nouns=("the log-softmax of {x}", "the logarithm of the softmax of {x}", "{x} minus its log-sum-exp"),
        verbs=(
            "apply log-softmax to {x}",
            "subtract the log-sum-exp of {x} from {each:x}",
            "compute a stable log-softmax of {x}",
        ),
        titles=("log-softmax", "log softmax"),
        function="log_softmax",
    ),
    _op(
        "dense relu",
        "y[i] = max(sum[j](A[i, j] * x[j]) + z[i], 0) for T[n, m] A, T[m] x, T[n] z, out T[n] y",
        ("matvec", "add", "relu"),
        kinds=LAYER,
        nouns=(
            "the output of a dense layer with ReLU: {!A} times {!x} plus {!z}, negative values set to zero",
            "relu({!A} * {!x} + {!z})",
            "the ReLU of {!A} {!x} + {!z}",
        ),
        verbs=(
            "multiply {A} by {!x}, ^add {!z} and ^apply ReLU",
            "apply a fully connected layer with weights {!A}, bias {!z} and ReLU activation to {!x}",
            "compute a linear layer with weights {!A} and bias {!z} on {!x}, followed by ReLU",
            "evaluate relu({!A} {!x} + {!z})",
        ),
        formulas=(
            "y = relu(A * x + z)",
            "y = max(0, A*x + z)",
            "y[i] = max(sum over j of A[i, j] * x[j] + z[i], 0)",
        ),
        titles=("dense layer with ReLU",),
        function="dense_relu",
    ),
    _op(
        "dense sigmoid",
        "y[i] = 1 / (1 + exp(-(sum[j](A[i, j] * x[j]) + z[i]))) for T[n, m] A, T[m] x, T[n] z, out T[n] y",
        ("matvec", "add", "sigmoid"),
        kinds=LAYER,
        nouns=("the sigmoid of {!A} times {!x} plus {!z}", "sigmoid({!A} * {!x} + {!z})"),
        verbs=(
            "multiply {A} by {!x}, ^add {!z} and ^apply the sigmoid",
            "apply a fully connected layer with weights {!A}, bias {!z} and sigmoid activation to {!x}",
        ),
        formulas=("y = sigmoid(A * x + z)",),
        titles=(),
        function="dense_sigmoid",
    ),
    _op(
        "dense tanh",
        "y[i] = tanh(sum[j](A[i, j] * x[j]) + z[i]) for T[n, m] A, T[m] x, T[n] z, out T[n] y",
        ("matvec", "add", "tanh"),
        kinds=LAYER,
        nouns=("the hyperbolic tangent of {!A} times {!x} plus {!z}", "tanh({!A} * {!x} + {!z})"),
        verbs=(
            "multiply {A} by {!x}, ^add {!z} and ^apply tanh",
            "apply a fully connected layer with weights {!A}, bias {!z} and tanh activation to {!x}",
        ),
        formulas=("y = tanh(A * x + z)",),
        titles=(),
        function="dense_tanh",
    ),
    _op(
        "matvec relu",
        "y[i] = max(sum[j](A[i, j] * x[j]), 0) for T[n, m] A, T[m] x, out T[n] y",
        ("matvec", "relu"),
        kinds=LAYER,
        nouns=("the ReLU of the product of {A} and {x}", "relu({!A} * {!x})"),
        verbs=(
            "multiply {A} by {x} and ^apply ReLU to the result",
            "multiply {A} by {x} and ^set negative results to zero",
            "apply {A} to {x}, then ^clamp negative entries at zero",
        ),
        formulas=("y = relu(A * x)",),
        function="matvec_relu",
    ),
    _op(
        "matvec norm",
        "t0[i] = sum[j](A[i, j] * x[j]); s = sqrt(sum[i](t0[i] * t0[i])) for T[n, m] A, T[m] x, return T s",
        ("matvec", "norm"),
        kinds=LAYER,
        nouns=("the Euclidean norm of the product of {A} and {x}", "the L2 norm of {!A} * {!x}"),
        verbs=(
            "multiply {A} by {x} and ^take the Euclidean norm of the result",
            "apply {A} to {x}, then ^compute the L2 norm",
        ),
        formulas=("s = ||A * x||",),
        function="matvec_norm",
    ),
    _op(
        "residual norm",
        (
            "t0[i] = b[i] - sum[j](A[i, j] * x[j]); s = sqrt(sum[i](t0[i] * t0[i])) for T[n, m] "
            "A, T[m] x, T[n] b, return T s"
        ),
        ("matvec", "subtract", "norm"),
        kinds={"A": ("matrix",), "x": ("vector",), "b": ("vector", "right-hand side")},
        nouns=(
            "the Euclidean norm of the residual {!b} - {!A} * {!x}",
            "the residual norm of the linear system {!A} {!x} = {!b}",
            "the L2 norm of {!b} - {!A} {!x}",
        ),
        verbs=("subtract {!A} times {!x} from {!b} and ^take the Euclidean norm",),
        formulas=("s = ||b - A * x||",),
        function="residual_norm",
    ),
    _op(
        "matmul sum",
        "t0[i, j] = sum[k](A[i, k] * B[k, j]); s = sum[i, j](t0[i, j]) for T[n, m] A, T[m, p] B, return T s",
        ("matmul", "sum"),
        kinds={"A": ("matrix",), "B": ("matrix",)},
        nouns=(
            "the sum of all entries of the matrix product of {A,B}",
            "the sum of the elements of the product of {A} and {B}",
        ),
        verbs=(
            "multiply {A} by {B} and ^sum all entries of the product",
            "multiply the matrices {!A} and {!B}, then ^add up all entries of the result",
        ),
        function="matmul_sum",
    ),
    _op(
        "matmul trace",
        "s = sum[i, k](A[i, k] * B[k, i]) for T[n, m] A, T[m, n] B, return T s",
        ("matmul", "trace"),
        kinds={"A": ("matrix",), "B": ("matrix",)},
        nouns=("the trace of the matrix product of {A,B}", "the trace of {A} times {B}"),
        verbs=("multiply {A} by {B} and ^take the trace of the product",),
        formulas=("s = tr(A * B)", "s = trace(A B)"),
        function="matmul_trace",
    ),
    _op(
        "matmul max",
        "t0[i, j] = sum[k](A[i, k] * B[k, j]); s = max[i, j](t0[i, j]) for T[n, m] A, T[m, p] B, return T s",
        ("matmul", "max"),
        kinds={"A": ("matrix",), "B": ("matrix",)},
        nouns=("the largest entry of the matrix product of {A,B}",),
        verbs=("multiply {A} by {B} and ^find the largest entry of the product",),
        function="matmul_max",
    ),
    _op(
        "matmul relu",
        "C[i, j] = max(sum[k](A[i, k] * B[k, j]), 0) for T[n, m] A, T[m, p] B, out T[n, p] C",
        ("matmul", "relu"),
        kinds={"A": ("matrix",), "B": ("matrix",), "C": ("matrix",)},
        nouns=("the ReLU of the matrix product of {A,B}",),
        verbs=(
            "multiply {A} by {B} and ^apply ReLU to the product",
            "multiply {A} by {B}, then ^set negative entries to zero",
        ),
        formulas=("C = relu(A * B)",),
        function="matmul_relu",
    ),
    _op(
        "matmul bias",
        "C[i, j] = sum[k](A[i, k] * B[k, j]) + z[j] for T[n, m] A, T[m, p] B, T[p] z, out T[n, p] C",
        ("matmul", "add"),
        kinds={
            "A": ("matrix",),
            "B": ("matrix", "weight matrix"),
            "C": ("matrix",),
            "z": ("bias vector", "vector"),
        },
        nouns=("the matrix product of {!A} and {!B} with {!z} added to each row",),
        verbs=(
            "multiply {A} by {B} and ^add {z} to every row of the product",
            "apply a linear layer with weights {!B} and bias {!z} to the rows of {!A}",
        ),
        function="linear_layer",
    ),
    _op(
        "matmul bias relu",
        "C[i, j] = max(sum[k](A[i, k] * B[k, j]) + z[j], 0) for T[n, m] A, T[m, p] B, T[p] z, out T[n, p] C",
        ("matmul", "add", "relu"),
        kinds={
            "A": ("matrix",),
            "B": ("matrix", "weight matrix"),
            "C": ("matrix",),
            "z": ("bias vector", "vector"),
        },
        nouns=("the ReLU of {!A} times {!B} plus {!z} on every row",),
        verbs=(
            "multiply {A} by {B}, ^add {z} to every row and ^apply ReLU",
            "apply a dense layer with weights {!B}, bias {!z} and ReLU to each row of {!A}",
        ),
        function="dense_batch",
    ),
    _op(
        "max row sum",
        "t0[i] = sum[j](A[i, j]); s = max[i](t0[i]) for T[n, m] A, return T s",
        ("row sums", "max"),
        nouns=("the largest row sum of {A}", "the maximum over the rows of {A} of the sum of the row"),
        verbs=("sum each row of {A} and ^find the largest sum",),
        function="max_row_sum",
    ),
    _op(
        "row sum argmax",
        "t0[i] = sum[j](A[i, j]); s = argmax[i](t0[i]) for T[n, m] A, return i64 s",
        ("row sums", "argmax"),
        nouns=(
            "the index of the row of {A} with the largest sum",
            "the index of the row with the greatest total in {A}",
        ),
        verbs=("find the row of {A} with the largest sum and ^return its index",),
        sentences=("Which row of {A} has the largest sum?",),
        function="heaviest_row",
    ),
    _op(
        "row sums normalised",
        "t0[i] = sum[j](A[i, j]); t1 = sum[i](t0[i]); y[i] = t0[i] / t1 for T[n, m] A, out T[n] y",
        ("row sums", "normalise by sum"),
        nouns=("the row sums of {A} divided by their total", "the share of each row of {A} in the total sum"),
        verbs=("sum each row of {A} and ^divide the sums by their total",),
        function="row_shares",
    ),
    _op(
        "abs laplacian max",
        (
            "t0[i, j] = A[i - 1, j] + A[i + 1, j] + A[i, j - 1] + A[i, j + 1] - 4 * A[i, j] over "
            "i in 0..n, j in 0..m @ zero; s = max[i, j](abs(t0[i, j])) for T[n, m] A, return T s"
        ),
        ("laplacian", "abs", "max"),
        kinds={"A": ("grid", "matrix", "field")},
        nouns=(
            "the largest absolute value of the 5-point Laplacian of {A} with zero padding",
            "the maximum magnitude of the five-point Laplacian of {A}, zeros outside",
        ),
        verbs=("apply the 5-point Laplacian with zero padding to {A} and ^find the largest absolute value",),
        function="laplacian_max",
    ),
    _op(
        "blur sum",
        (
            "t0[i, j] = sum[k in -1..2, l in -1..2](A[i + k, j + l]) / 9 over i in 0..n, j in "
            "0..m @ clamp; s = sum[i, j]((A[i, j] - t0[i, j]) * (A[i, j] - t0[i, j])) for T[n, "
            "m] A, return T s"
        ),
        ("box blur", "subtract", "squared norm"),
        kinds={"A": ("image", "matrix")},
        nouns=("the sum of the squared differences between {A} and its 3x3 box blur, edge values repeated",),
        verbs=(
            "blur {A} with a 3x3 box, clamping at the borders, ^subtract it from {!A} and ^sum the squares",
        ),
        function="detail_energy",
    ),
    _op(
        "row dot argmax",
        "t0[i] = sum[j](A[i, j] * x[j]); s = argmax[i](t0[i]) for T[n, m] A, T[m] x, return i64 s",
        ("matvec", "argmax"),
        kinds={"A": ("matrix", "weight matrix"), "x": ("vector",)},
        nouns=(
            "the index of the largest entry of the product of {A} and {x}",
            "the index of the row of {A} with the largest dot product with {x}",
        ),
        verbs=(
            "multiply {A} by {x} and ^return the index of the largest entry",
            "find the row of {A} with the largest dot product with {x} and ^return its index",
        ),
        function="classify",
    ),
    _op(
        "nearest row",
        "t0[i] = sum[j]((A[i, j] - x[j]) * (A[i, j] - x[j])); s = argmin[i](t0[i]) for T[n, m] A, T[m] x, return i64 s",
        ("squared distance", "argmin"),
        kinds={"A": ("matrix of points", "matrix"), "x": ("point", "vector", "query vector")},
        nouns=(
            "the index of the row of {A} nearest to {x} in Euclidean distance",
            "the index of the nearest neighbour of {x} among the rows of {A}",
        ),
        verbs=("find the row of {A} closest to {x} in Euclidean distance and ^return its index",),
        titles=(),
        sentences=("Which row of {A} is closest to {x} in Euclidean distance?",),
        function="nearest_row",
    ),
)


@dataclass(frozen=True)
class Stage:
    """One part of a chain. `@` in the English is its object, `@` in the notation the element at `i` (maps), or `@j` at the
    bound index."""

    name: str
    kind: str
    """`map`, `scan` (a local array), `stencil` (a local array from an array), `scalar` (a local scalar, then a map with it),
    `reduce` (a scalar)."""
    text: str
    verbs: tuple[str, ...]
    nouns: tuple[str, ...] = ()
    """Of an array: "the sum of @"."""
    after: str = ""
    """Of `scalar`: the map that follows, `$` being the scalar."""
    result: str = "T"
    scalars: tuple[Scalar, ...] = ()


_S = Stage
MAPS = tuple(
    Stage(u.name, "map", u.text, tuple(v for v in u.verbs if "if" not in v), u.plurals, scalars=u.scalars)
    for u in UNARIES
    if u.verbs and u.needs != "integer" and u.domain in ("all",) and u.name not in ("clip",)
)
MIDDLE: tuple[Stage, ...] = (
    _S(
        "prefix sum",
        "scan",
        "sum[j in 0..i + 1](@j)",
        ("take the cumulative sum of @", "compute the prefix sums of @", "form the running totals of @"),
        ("the cumulative sum of @", "the prefix sums of @"),
    ),
    _S(
        "exclusive prefix sum",
        "scan",
        "sum[j in 0..i](@j)",
        ("take the exclusive prefix sums of @", "compute the exclusive scan of @"),
        ("the exclusive prefix sums of @",),
    ),
    _S(
        "running maximum",
        "scan",
        "max[j in 0..i + 1](@j)",
        ("take the running maximum of @", "compute the cumulative maximum of @"),
        ("the running maximum of @",),
    ),
    _S(
        "running minimum",
        "scan",
        "min[j in 0..i + 1](@j)",
        ("take the running minimum of @", "compute the cumulative minimum of @"),
        ("the running minimum of @",),
    ),
    _S(
        "suffix sum",
        "scan",
        "sum[j in i..n](@j)",
        ("take the suffix sums of @", "accumulate @ from right to left"),
        ("the suffix sums of @",),
    ),
    _S("reverse", "scan", "@r", ("reverse @", "reverse the order of @"), ("the reverse of @",)),
    _S(
        "three point average",
        "stencil",
        "(#[i - 1] + #[i] + #[i + 1]) / 3 @ clamp",
        (
            "smooth @ with a three-point average, repeating the edge values",
            "apply a 3-point moving average with clamped borders to @",
        ),
        ("the three-point average with clamped borders of @",),
    ),
    _S(
        "second difference",
        "stencil",
        "#[i - 1] - 2 * #[i] + #[i + 1] @ zero",
        (
            "apply the (1, -2, 1) stencil with zero padding to @",
            "take the second difference of @ with zeros outside",
        ),
        ("the zero-padded second difference of @",),
    ),
    _S(
        "central difference",
        "stencil",
        "(#[i + 1] - #[i - 1]) / 2 @ wrap",
        (
            "take periodic central differences of @",
            "differentiate @ by central differences with periodic boundaries",
        ),
        ("the periodic central differences of @",),
    ),
    _S(
        "normalise by sum",
        "scalar",
        "sum[i](@)",
        ("divide @ by the sum", "normalise @ to sum to one", "divide @ by the total"),
        ("@ normalised to sum to one",),
        "@ / $",
    ),
    _S(
        "subtract mean",
        "scalar",
        "sum[i](@) / n",
        ("subtract the mean from @", "remove the mean of @", "centre @ around zero by subtracting the mean"),
        ("the mean-free version of @",),
        "@ - $",
    ),
    _S(
        "max normalise",
        "scalar",
        "max[i](abs(@))",
        ("divide @ by the largest absolute value", "normalise @ by the maximum absolute value"),
        (),
        "@ / $",
    ),
    _S(
        "l2 normalise",
        "scalar",
        "sqrt(sum[i](@ * @))",
        ("divide @ by the Euclidean norm", "normalise @ to unit length"),
        (),
        "@ / $",
    ),
    _S(
        "subtract minimum",
        "scalar",
        "min[i](@)",
        ("subtract the minimum from @", "shift @ so that the minimum is zero"),
        (),
        "@ - $",
    ),
    _S("sort", "sort", "sort", ("sort @ in ascending order", "sort @"), ("the sorted @",)),
)
ENDS: tuple[Stage, ...] = (
    _S(
        "sum",
        "reduce",
        "sum[i](@)",
        ("sum @", "add up @", "return the sum of @", "total @"),
        ("the sum of @", "the total of @"),
    ),
    _S(
        "mean",
        "reduce",
        "sum[i](@) / n",
        ("average @", "take the mean of @", "return the average of @"),
        ("the mean of @", "the average of @"),
    ),
    _S(
        "max",
        "reduce",
        "max[i](@)",
        ("find the maximum of @", "return the largest of @", "take the maximum of @"),
        ("the maximum of @", "the largest of @"),
    ),
    _S(
        "min",
        "reduce",
        "min[i](@)",
        ("find the minimum of @", "return the smallest of @", "take the minimum of @"),
        ("the minimum of @", "the smallest of @"),
    ),
    _S(
        "norm",
        "reduce",
        "sqrt(sum[i](@ * @))",
        ("take the Euclidean norm of @", "return the L2 norm of @"),
        ("the Euclidean norm of @",),
    ),
    _S(
        "abs sum",
        "reduce",
        "sum[i](abs(@))",
        ("sum the absolute values of @", "return the L1 norm of @"),
        ("the sum of the absolute values of @",),
    ),
    _S(
        "squared norm",
        "reduce",
        "sum[i](@ * @)",
        ("sum the squares of @", "return the sum of squares of @"),
        ("the sum of squares of @",),
    ),
    _S(
        "range",
        "reduce",
        "max[i](@) - min[i](@)",
        ("return the difference between the maximum and the minimum of @",),
        ("the range (maximum minus minimum) of @",),
    ),
    _S(
        "argmax",
        "reduce",
        "argmax[i](@)",
        ("return the index of the maximum of @", "find the index of the largest of @"),
        ("the index of the maximum of @",),
        result="i64",
    ),
    _S(
        "argmin",
        "reduce",
        "argmin[i](@)",
        ("return the index of the minimum of @", "find the index of the smallest of @"),
        ("the index of the minimum of @",),
        result="i64",
    ),
)
STARTS: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        "add",
        "x[@] + y[@]",
        ("add {x,y} elementwise", "add {y} to {x} element by element"),
        ("the elementwise sums of {x,y}",),
    ),
    (
        "subtract",
        "x[@] - y[@]",
        ("subtract {y} from {x} elementwise", "take the elementwise differences {x} - {y}"),
        ("the elementwise differences {x} - {y}",),
    ),
    (
        "multiply",
        "x[@] * y[@]",
        ("multiply {x,y} elementwise", "multiply corresponding elements of {x,y}"),
        ("the elementwise products of {x,y}",),
    ),
    (
        "maximum",
        "max(x[@], y[@])",
        ("take the elementwise maximum of {x,y}",),
        ("the elementwise maxima of {x,y}",),
    ),
    (
        "minimum",
        "min(x[@], y[@])",
        ("take the elementwise minimum of {x,y}",),
        ("the elementwise minima of {x,y}",),
    ),
)


def draw(rng: random.Random, voice: Voice) -> Draft:
    """A chain with a name of its own, or one drawn from parts."""
    kind = rng.random()
    if kind < 0.25:
        return compose(voice, rng.choice(KNOWN))
    return compose(voice, conditional(rng) if kind < 0.35 else chain(rng))


def chain(rng: random.Random) -> Operation:
    """Two or three stages, the last of them a reduction half the time."""
    while True:
        stages: list[Stage] = []
        count = rng.choice((2, 2, 3, 3, 3))
        start = rng.choice(STARTS) if rng.random() < 0.2 else None
        reduces = rng.random() < 0.55
        length = count - (start is not None) - reduces
        for _ in range(length):
            stages.append(rng.choice(MAPS) if rng.random() < 0.45 else rng.choice(MIDDLE))
        if reduces:
            stages.append(rng.choice(ENDS))
        if sensible(start[0] if start else "", stages):
            return worded(rng, start, stages)


def sensible(start: str, stages: list[Stage]) -> bool:
    """No step that undoes or repeats another, nothing that the order makes pointless."""
    names = [start, *(s.name for s in stages)] if start else [s.name for s in stages]
    if len(set(names)) != len(names) or len(names) < 2 or all(s.kind == "map" for s in stages):
        return False
    sizes = sum(len(s.scalars) for s in stages)
    if sizes > 1:
        return False
    for first, second in itertools.pairwise(names):
        if {first, second} in POINTLESS or (first, second) in IDLE or {first, second} <= NORMALISING:
            return False
    late = names[-1] in ("sum", "mean", "max", "min", "norm", "abs sum", "squared norm", "range")
    return not (late and names[-2] in ("sort", "reverse"))


POINTLESS = (
    {"square", "abs"},
    {"abs", "max normalise"},
    {"relu", "subtract minimum"},
    {"square", "norm"},
    {"square", "squared norm"},
    {"abs", "abs sum"},
    {"abs", "norm"},
    {"abs", "squared norm"},
    {"negate", "abs"},
    {"add", "subtract"},
    {"add", "increment"},
    {"increment", "decrement"},
    {"subtract", "decrement"},
    {"add", "decrement"},
    {"double", "halve"},
    {"double", "triple"},
    {"double", "scale"},
    {"triple", "scale"},
    {"scale", "divide"},
    {"floor", "ceil"},
    {"sign", "abs"},
    {"relu", "abs"},
    {"cap", "min"},
    {"raise", "max"},
    {"sigmoid", "relu"},
    {"sigmoid", "abs"},
    {"relu", "raise"},
    {"negate", "norm"},
    {"negate", "abs sum"},
    {"negate", "squared norm"},
    {"cube", "square"},
    {"complement", "negate"},
    {"subtract", "increment"},
    {"halve", "scale"},
    {"halve", "divide"},
    {"double", "divide"},
    {"triple", "divide"},
    {"running maximum", "max"},
    {"running minimum", "min"},
    {"sign", "floor"},
    {"sign", "ceil"},
    {"relu", "sign"},
)
NORMALISING = {"normalise by sum", "l2 normalise", "max normalise"}
IDLE = (
    ("subtract mean", "normalise by sum"),
    ("second difference", "normalise by sum"),
    ("central difference", "normalise by sum"),
    ("central difference", "sum"),
    ("central difference", "mean"),
    ("normalise by sum", "sum"),
    ("normalise by sum", "mean"),
    ("subtract mean", "sum"),
    ("subtract mean", "mean"),
    ("l2 normalise", "norm"),
    ("l2 normalise", "squared norm"),
    ("subtract minimum", "min"),
    ("max normalise", "range"),
    ("sort", "running maximum"),
    ("sort", "running minimum"),
    ("sort", "reverse"),
    ("sort", "argmax"),
    ("sort", "argmin"),
    ("reverse", "sort"),
    ("prefix sum", "exclusive prefix sum"),
    ("exclusive prefix sum", "prefix sum"),
    ("suffix sum", "argmax"),
    ("add", "subtract mean"),
    ("subtract", "subtract mean"),
    ("increment", "subtract mean"),
    ("decrement", "subtract mean"),
    ("double", "normalise by sum"),
    ("triple", "normalise by sum"),
    ("scale", "normalise by sum"),
    ("halve", "normalise by sum"),
    ("scale", "l2 normalise"),
    ("double", "l2 normalise"),
    ("triple", "l2 normalise"),
    ("halve", "l2 normalise"),
    ("scale", "max normalise"),
    ("double", "max normalise"),
    ("divide", "l2 normalise"),
    ("divide", "normalise by sum"),
    ("divide", "max normalise"),
    ("triple", "max normalise"),
    ("halve", "max normalise"),
    ("negate", "normalise by sum"),
    ("negate", "square"),
    ("subtract minimum", "range"),
    ("subtract mean", "range"),
    ("add", "range"),
    ("increment", "range"),
    ("decrement", "range"),
    ("subtract", "range"),
    ("add", "subtract minimum"),
    ("subtract", "subtract minimum"),
    ("increment", "subtract minimum"),
    ("decrement", "subtract minimum"),
    ("subtract mean", "subtract minimum"),
    ("subtract minimum", "subtract mean"),
    ("subtract mean", "argmax"),
    ("subtract mean", "argmin"),
)


def worded(
    rng: random.Random, start: tuple[str, str, tuple[str, ...], tuple[str, ...]] | None, stages: list[Stage]
) -> Operation:
    """The chain's program and its English."""
    statements: list[str] = []
    count = 0
    element: Element = (lambda i: start[1].replace("@", i)) if start else (lambda i: f"x[{i}]")
    array = "" if start else "x"
    scalars: dict[str, Scalar] = {}
    result = ""
    reduces = stages[-1].kind == "reduce"

    def local(value: str, subscript: str = "[i]") -> str:
        nonlocal count
        statements.append(f"t{count}{subscript} = {value}")
        count += 1
        return f"t{count - 1}"

    def settled(value: str, last: bool) -> Element:
        """The array that a statement leaves."""
        nonlocal array
        if last:
            statements.append(f"y[i] = {value}")
            array = "y"
        else:  # what reads beside the index tells no range of it
            before, at, boundary = value.partition(" @")
            array = local(f"{before} over i in 0..n{at}{boundary}")
        own = array
        return lambda i: f"{own}[{i}]"

    for at, stage in enumerate(stages):
        last = at == len(stages) - 1
        scalars |= dict(zip("a", stage.scalars, strict=False))
        now = element
        if stage.kind == "map":
            text = stage.text
            element = _mapped(text, now)
            array = ""
            if last:
                statements.append(f"y[i] = {element('i')}")
        elif stage.kind == "scan":
            text = now("n - 1 - i") if stage.text == "@r" else stage.text.replace("@j", now("j"))
            element = settled(text, last)
        elif stage.kind == "stencil":
            source = array or local(now("i"))
            element = settled(stage.text.replace("#", source), last)
        elif stage.kind == "sort":
            source = array or local(now("i"))
            name = "y" if last else f"t{count}"
            statements.append(f"{name} = sort({source})")
            count += not last
            array = name
            element = _read(name)
        elif stage.kind == "scalar":
            scalar = local(put(stage.text, now("i")), "")
            element = _mapped(stage.after.replace("$", scalar), now)
            array = ""
            if last:
                statements.append(f"y[i] = {element('i')}")
        else:
            statements.append(f"s = {put(stage.text, now('i'))}")
            result = stage.result
    inputs = "T[n] x, T[n] y" if start else "T[n] x"
    out = f"return {result} s" if reduces else "out T[n] y"
    if start and not reduces:
        statements = [
            s.replace("y[i] =", "z[i] =", 1)
            if s.startswith("y[i] =")
            else s.replace("y = sort", "z = sort")
            if s.startswith("y = sort")
            else s
            for s in statements
        ]
        out = "out T[n] z"
    verbs, nouns = english(rng, start, stages)
    return Operation(
        FAMILY,
        "chain",
        f"{'; '.join(statements)} for {inputs}{scalar_arguments(scalars)}, {out}",
        verbs=verbs,
        nouns=nouns,
        types=FLOATS,
        roles=roles(scalars),
        constants=constants(scalars, False),
        function="process",
        fixed=False,
        operations=((start[0],) if start else ()) + tuple(s.name for s in stages),
    )


def _mapped(text: str, inner: Element) -> Element:
    return lambda i: put(text, inner(i))


def _read(name: str) -> Element:
    return lambda i: f"{name}[{i}]"


def english(
    rng: random.Random, start: tuple[str, str, tuple[str, ...], tuple[str, ...]] | None, stages: list[Stage]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Verb phrases and noun phrases of the chain, a few of each."""
    ways = []
    for _ in range(3):
        parts = ["^" + rng.choice(start[2])] if start else []
        for stage in stages:
            if parts:
                thing = rng.choice(("the result", "the result", "the results", "the resulting array"))
                if stage.kind == "map":
                    thing = rng.choice(
                        ("each result", "the result", "the results", "every resulting element")
                    )
            else:
                thing = (
                    "{each:x}"
                    if stage.kind == "map"
                    else rng.choice(("{x}", "{all:x}"))
                    if stage.name != "three point average"
                    else "{x}"
                )
            parts.append("^" + rng.choice(stage.verbs).replace("@", thing))
        ways.append(parts)
    two = (", then ", " and then ", " and ", ", and then ", "; then ", " and after that ")
    if len(ways[0]) == 2:
        verbs = (
            two[int(rng.random() * 6)].join(ways[0]),
            f"first {ways[1][0]} and then {ways[1][1]}",
            rng.choice(two).join(ways[2]),
        )
    else:
        verbs = (
            f"first {ways[0][0]}, then {ways[0][1]}, and finally {ways[0][2]}",
            f"{ways[1][0]}, {ways[1][1]} and {ways[1][2]}",
            rng.choice(
                (
                    f"{ways[2][0]}, then {ways[2][1]}, then {ways[2][2]}",
                    f"{ways[2][0]}, {ways[2][1]} and finally {ways[2][2]}",
                    f"{ways[2][0]} and then {ways[2][1]}; finally, {ways[2][2]}",
                )
            ),
        )
    noun = rng.choice(start[3]) if start else "{all:x}"
    for at, stage in enumerate(stages):
        if not stage.nouns:
            return verbs, ()
        noun = rng.choice(stage.nouns).replace(
            "@", noun if at or start or stage.kind == "map" or stage.kind == "reduce" else "{x}"
        )
    return verbs, (noun,)


def conditional(rng: random.Random) -> Operation:
    """Chosen elements, mapped, then reduced."""
    test = draw_test(rng)
    while test.condition.name in ("equal", "unequal", "zero", "nonzero") or test.scalars:
        test = draw_test(rng)
    stage = rng.choice([m for m in MAPS if not m.scalars])
    end = rng.choice(ENDS[:2])
    condition = test.text("x[i]").removeprefix("(").removesuffix(")")
    body = put(stage.text, "x[i]")
    text = (
        f"sum[i | {condition}]({body})"
        if end.name == "sum"
        else f"sum[i | {condition}]({body}) / count[i]({condition})"
    )
    action = rng.choice(stage.verbs)
    which = test.which(rng)
    verbs = (
        f"{action.replace('@', which)} and ^{rng.choice(end.verbs[:2]).replace('@', 'the results')}",
        f"select {which}, ^{action.replace('@', 'them')} and ^{end.verbs[0].replace('@', 'the results')}",
    )
    return Operation(
        FAMILY,
        "conditional",
        f"s = {text} for T[n] x, return T s",
        verbs=verbs,
        types=FLOATS,
        function="process_selected",
        operations=("filter", stage.name, end.name),
    )

"""Elementwise: one, two or three arrays in, one of the same shape out."""

from __future__ import annotations

import random
import re

from passwright.irgen.synthesis.draft import Draft
from passwright.irgen.synthesis.expressions import (
    FACTORS,
    OFFSETS,
    Expression,
    constants,
    draw_expression,
    draw_test,
    roles,
    scalar_arguments,
)
from passwright.irgen.synthesis.operation import FLOATS, NUMERIC, Operation
from passwright.irgen.synthesis.sentence import compose
from passwright.irgen.synthesis.voice import Voice

FAMILY = "map"
INTEGRAL = {"i32": 70.0, "i64": 30.0}
IMAGE = {"x": ("image", "image", "picture", "buffer", "array")}


def _op(name: str, program: str, **rest: object) -> Operation:
    rest.setdefault("types", FLOATS)
    rest.setdefault("in_place", True)
    return Operation(FAMILY, name, program, **rest)  # type: ignore[arg-type]


def _binary(name: str, text: str, **rest: object) -> Operation:
    rest.setdefault("formulas", (f"z[i] = {text}", f"z = {text.replace('[i]', '')}"))
    rest.setdefault("types", NUMERIC)
    return _op(name, f"z[i] = {text} for T[n] x, T[n] y, out T[n] z", **rest)


FIXED: tuple[Operation, ...] = (
    _binary(
        "add",
        "x[i] + y[i]",
        verbs=(
            "add {x,y}",
            "add {x,y} <elementwise|element by element|element-wise>",
            "add {y} to {x}",
            "sum {x,y} element by element",
            "compute the sum of corresponding elements of {x,y}",
            "add two vectors, {x} and {y}",
            "add the corresponding entries of {x,y}",
        ),
        nouns=(
            "the <elementwise|element-wise|vector> sum of {x,y}",
            "the sum {x} + {y}",
            "the sums of corresponding elements of {x,y}",
            "{x} + {y}",
            "{x} plus {y}",
            "the pairwise sum of {x,y}",
        ),
        titles=("vector addition", "elementwise addition", "array addition", "vector add"),
        function="add_arrays",
    ),
    _binary(
        "subtract",
        "x[i] - y[i]",
        verbs=(
            "subtract {y} from {x}",
            "subtract {y} from {x} <elementwise|element by element>",
            "take {y} away from {x} element by element",
            "subtract each element of {y} from the corresponding element of {x}",
            "take the elementwise difference {x} - {y}",
        ),
        nouns=(
            "the <elementwise|element-wise> difference {x} - {y}",
            "the difference between {x} and {y}",
            "{x} minus {y}",
            "{x} - {y}",
            "the differences of corresponding elements of {x,y}",
            "the elementwise difference of {x,y}",
        ),
        titles=("vector subtraction", "elementwise subtraction"),
        function="subtract_arrays",
    ),
    _binary(
        "multiply",
        "x[i] * y[i]",
        verbs=(
            "multiply {x,y} <elementwise|element by element|element-wise|entry by entry>",
            "multiply corresponding elements of {x,y}",
            "multiply {each:x} by the corresponding element of {y}",
            "form the products of corresponding elements of {x,y}",
            "take the Hadamard product of {x,y}",
        ),
        nouns=(
            "the <elementwise|element-wise|Hadamard|pointwise|entrywise> product of {x,y}",
            "the products of corresponding elements of {x,y}",
            "{x} * {y} elementwise",
            "the pairwise products of {x,y}",
            "{x} times {y}, element by element",
        ),
        titles=(
            "Hadamard product",
            "elementwise multiplication",
            "pointwise multiply",
            "elementwise product",
        ),
        function="multiply_arrays",
    ),
    _binary(
        "divide",
        "x[i] / y[i]",
        types=FLOATS,
        verbs=(
            "divide {x} by {y} <elementwise|element by element>",
            "divide {each:x} by the corresponding element of {y}",
            "take the ratio of {x} to {y}, element by element",
            "divide {x} by {y}",
            "form the quotients of corresponding elements of {x,y}",
        ),
        nouns=(
            "the <elementwise|element-wise> quotient of {x,y}",
            "the ratio of {x} to {y} elementwise",
            "{x} divided by {y}",
            "the quotient {x} / {y}",
            "the ratios of corresponding elements of {x,y}",
        ),
        titles=("elementwise division",),
        function="divide_arrays",
    ),
    _binary(
        "maximum",
        "max(x[i], y[i])",
        verbs=(
            "take the larger of {x} and {y} at each position",
            "take the elementwise maximum of {x,y}",
            "keep the larger of corresponding elements of {x,y}",
            "choose for each index the greater of the elements of {x} and {y}",
            "pick the larger value of {x,y} position by position",
        ),
        nouns=(
            "the <elementwise|element-wise|pointwise> maximum of {x,y}",
            "the larger of each pair of elements of {x,y}",
            "max({x}, {y}) elementwise",
            "the maxima of corresponding elements of {x,y}",
            "the pairwise maximum of {x,y}",
        ),
        formulas=("z[i] = max(x[i], y[i])",),
        titles=("elementwise maximum",),
        function="elementwise_max",
    ),
    _binary(
        "minimum",
        "min(x[i], y[i])",
        verbs=(
            "take the smaller of {x} and {y} at each position",
            "take the elementwise minimum of {x,y}",
            "keep the smaller of corresponding elements of {x,y}",
            "choose for each index the lesser of the elements of {x} and {y}",
            "pick the smaller value of {x,y} position by position",
        ),
        nouns=(
            "the <elementwise|element-wise|pointwise> minimum of {x,y}",
            "the smaller of each pair of elements of {x,y}",
            "min({x}, {y}) elementwise",
            "the minima of corresponding elements of {x,y}",
            "the pairwise minimum of {x,y}",
        ),
        formulas=("z[i] = min(x[i], y[i])",),
        titles=("elementwise minimum",),
        function="elementwise_min",
    ),
    _binary(
        "absolute difference",
        "abs(x[i] - y[i])",
        verbs=(
            "take the absolute difference of {x,y} element by element",
            "subtract {y} from {x} and ^take absolute values",
            "compute how far apart {x} and {y} are at each index",
            "find the distance between corresponding elements of {x,y}",
            "subtract {y} from {x} elementwise and ^drop the signs",
        ),
        nouns=(
            "the <elementwise|element-wise> absolute difference of {x,y}",
            "the absolute differences of {x,y}",
            "|{x} - {y}| elementwise",
            "the absolute differences between corresponding elements of {x,y}",
            "the absolute value of {x} - {y}, element by element",
        ),
        formulas=("z[i] = |x[i] - y[i]|", "z[i] = abs(x[i] - y[i])", "z[i] = fabs(x[i] - y[i])"),
        function="abs_diff",
    ),
    _binary(
        "squared difference",
        "(x[i] - y[i]) * (x[i] - y[i])",
        verbs=(
            "square the differences of {x,y}",
            "subtract {y} from {x} and ^square the result elementwise",
            "take the squared difference of {x,y} element by element",
            "compute the square of {x} - {y} for each element",
            "subtract {y} from {x} elementwise, then ^square",
        ),
        nouns=(
            "the <elementwise|element-wise> squared difference of {x,y}",
            "the squared differences between corresponding elements of {x,y}",
            "the squares of the differences of {x,y}",
            "({x} - {y})^2 elementwise",
            "the squared errors between {x} and {y}",
        ),
        formulas=("z[i] = (x[i] - y[i])^2", "z[i] = (x[i] - y[i]) * (x[i] - y[i])"),
        function="squared_difference",
    ),
    _binary(
        "average",
        "(x[i] + y[i]) / 2",
        types=FLOATS,
        verbs=(
            "average {x,y} element by element",
            "take the midpoint of {x} and {y} at each index",
            "average corresponding elements of {x,y}",
            "take the mean of each pair of elements of {x,y}",
            "blend {x,y} equally",
        ),
        nouns=(
            "the <elementwise|element-wise|pointwise> <average|mean> of {x,y}",
            "the averages of corresponding elements of {x,y}",
            "half the sum of {x} and {y}, elementwise",
            "the midpoints of {x,y}",
            "the average of {x} and {y} at each position",
        ),
        function="average_arrays",
    ),
    _binary(
        "hypotenuse",
        "sqrt(x[i] * x[i] + y[i] * y[i])",
        types=FLOATS,
        verbs=(
            "take the square root of the sum of the squares of corresponding elements of {x,y}",
            "find the hypotenuse for each pair of elements of {x,y}",
            "compute the length of each 2D vector whose components are in {x,y}",
            "compute the magnitude from components {x,y} for each index",
            "take the Euclidean length of each point with coordinates {x,y}",
        ),
        nouns=(
            "the magnitudes of the 2-D vectors with components {x,y}",
            "the hypotenuse of {x} and {y} for each index",
            "the elementwise sqrt({x}^2 + {y}^2)",
            "the length of each vector with components {x,y}",
            "the Euclidean norm of each pair of elements of {x,y}",
        ),
        formulas=("z[i] = sqrt(x[i]^2 + y[i]^2)", "z[i] = sqrt(x[i] * x[i] + y[i] * y[i])"),
        function="magnitude",
    ),
    _op(
        "axpy",
        "y[i] += a * x[i] for T a, T[n] x, inout T[n] y",
        in_place=False,
        constants={"a": FACTORS},
        roles={"a": "scalar"},
        verbs=(
            "add {a} times {x} to {y} in place",
            "update {!y} by adding {a} times {x}",
            "add {x} scaled by {a} to {y}, storing the result in {y}",
            "accumulate {a} times {x} into {y}",
            "scale {x} by {a} and ^add it to {y} in place",
            "perform {!y} += {!a} * {!x}",
            "multiply {x} by {a} and ^accumulate the products in {y}",
        ),
        formulas=(
            "y = a * x + y",
            "y[i] = a * x[i] + y[i]",
            "y += a * x",
            "y[i] += a * x[i]",
            "y := a*x + y",
            "y = y + a*x",
        ),
        titles=("axpy", "axpy operation", "axpy update", "BLAS axpy", "BLAS-1 axpy"),
        function="axpy",
    ),
    _op(
        "scaled add",
        "z[i] = a * x[i] + y[i] for T a, T[n] x, T[n] y, out T[n] z",
        constants={"a": FACTORS},
        roles={"a": "scalar"},
        in_place=False,
        verbs=(
            "add {y} to {a} times {x}",
            "multiply {x} by {a} and ^add {y}",
            "scale {x} by {a}, then ^add {y} elementwise",
            "add {x} scaled by {a} and {y}",
            "multiply {each:x} by {a} and ^add the corresponding element of {y}",
        ),
        nouns=(
            "{a} times {x} plus {y}",
            "the sum of {a} times {x} and {y}",
            "the elementwise {a} * {x} + {y}",
            "the scaled sum {a} * {x} + {y}",
            "{a}*{x} + {y} for all elements",
        ),
        formulas=("z[i] = a * x[i] + y[i]", "z = a * x + y"),
        titles=("STREAM triad", "triad", "scaled vector addition"),
        function="triad",
    ),
    _op(
        "linear combination",
        "z[i] = a * x[i] + b * y[i] for T a, T[n] x, T b, T[n] y, out T[n] z",
        constants={"a": FACTORS, "b": FACTORS},
        in_place=False,
        verbs=(
            "multiply {x} by {a} and {y} by {b} and ^add them",
            "add {a} times {x} and {b} times {y}",
            "combine {x,y} linearly with coefficients {a} and {b}",
            "scale {x} by {a} and {y} by {b}, then ^add the results",
            "form {a}*{x} + {b}*{y}",
        ),
        nouns=(
            "the linear combination {a} * {x} + {b} * {y}",
            "{a} times {x} plus {b} times {y}",
            "the weighted sum of {x} and {y} with weights {a} and {b}",
            "the sum of {a} times {x} and {b} times {y}",
            "{a}*{x} + {b}*{y}",
        ),
        formulas=("z[i] = a * x[i] + b * y[i]", "z = a * x + b * y"),
        titles=("axpby",),
        function="linear_combination",
    ),
    _op(
        "lerp",
        "z[i] = x[i] + a * (y[i] - x[i]) for T[n] x, T[n] y, T a, out T[n] z",
        constants={"a": ("0.5", "0.25", "0.75", "0.1")},
        roles={"a": "blend factor"},
        in_place=False,
        verbs=(
            "interpolate linearly between {x} and {y} with {a}",
            "linearly interpolate from {x} to {y} by {a}",
            "blend {x} into {y} by {a}",
            "move {x} towards {y} by the fraction {a}",
            "mix {x,y} with {a}, 0 giving {x} and 1 giving {y}",
        ),
        nouns=(
            "the linear interpolation between {x} and {y} at {a}",
            "the lerp of {x,y} with {a}",
            "{x} + {a} * ({y} - {x})",
            "the blend of {x,y} with weight {a} on {y}",
            "the point at {a} between {x} and {y}, element by element",
        ),
        formulas=("z[i] = x[i] + a * (y[i] - x[i])", "z = (1 - a) * x + a * y"),
        titles=("lerp", "linear interpolation"),
        function="lerp",
    ),
    _op(
        "fma",
        "w[i] = x[i] * y[i] + z[i] for T[n] x, T[n] y, T[n] z, out T[n] w",
        in_place=False,
        verbs=(
            "multiply {x,y} elementwise and ^add {z}",
            "add {z} to the elementwise product of {x,y}",
            "multiply corresponding elements of {x,y}, then ^add those of {z}",
            "form {x} * {y} + {z} element by element",
            "fuse multiply and add: multiply {x} by {y} and add {z}",
        ),
        nouns=(
            "{x} * {y} + {z} elementwise",
            "the elementwise product of {x} and {y} plus {z}",
            "the sum of {z} and the product of {x,y}",
            "the fused multiply-add of {x,y,z}",
            "the multiply-accumulate of {x}, {y} and {z}",
        ),
        formulas=("w[i] = x[i] * y[i] + z[i]", "w = x * y + z"),
        titles=("fused multiply-add", "elementwise multiply-add"),
        function="multiply_add",
    ),
    _op(
        "sum of three",
        "w[i] = x[i] + y[i] + z[i] for T[n] x, T[n] y, T[n] z, out T[n] w",
        types=NUMERIC,
        in_place=False,
        verbs=(
            "add {x,y,z}",
            "add {x,y,z} element by element",
            "sum {x,y,z} elementwise",
            "add up corresponding elements of {x,y,z}",
            "add the three arrays {x}, {y} and {z}",
        ),
        nouns=(
            "the elementwise sum of {x,y,z}",
            "the sum {x} + {y} + {z}",
            "the sums of corresponding elements of {x,y,z}",
            "the vector sum of {x,y,z}",
            "the total of {x,y,z} at each index",
        ),
        formulas=("w[i] = x[i] + y[i] + z[i]", "w = x + y + z"),
        function="add_three",
    ),
    _op(
        "mean of three",
        "w[i] = (x[i] + y[i] + z[i]) / 3 for T[n] x, T[n] y, T[n] z, out T[n] w",
        in_place=False,
        verbs=(
            "average {x,y,z} element by element",
            "take the mean of {x,y,z} at each index",
            "average corresponding elements of {x,y,z}",
            "take the average of the three values at each position of {x,y,z}",
            "add {x,y,z} and ^divide by three",
        ),
        nouns=(
            "the elementwise average of {x,y,z}",
            "the mean of {x,y,z} at each position",
            "the averages of corresponding elements of {x,y,z}",
            "the pointwise mean of {x,y,z}",
        ),
        formulas=("w[i] = (x[i] + y[i] + z[i]) / 3", "w = (x + y + z) / 3"),
        function="mean_of_three",
    ),
    _op(
        "select",
        "w[i] = x[i] > 0 ? y[i] : z[i] for T[n] x, T[n] y, T[n] z, out T[n] w",
        in_place=False,
        verbs=(
            "take {y} where {x} is positive and {z} elsewhere",
            "choose the element of {y} where {x} is positive and that of {z} otherwise",
            "select from {y} where {x} > 0 and from {z} elsewhere",
            "pick {y} where {x} is greater than zero, else {z}",
            "take {y} if {x} is positive and {z} if not, element by element",
        ),
        formulas=("w[i] = x[i] > 0 ? y[i] : z[i]", "w[i] = y[i] if x[i] > 0 else z[i]"),
        titles=(),
        function="select_positive",
    ),
    _op(
        "mask",
        "z[i] = y[i] != 0 ? x[i] : 0 for T[n] x, i32[n] y, out T[n] z",
        in_place=False,
        kinds={"y": ("mask", "integer mask", "int mask")},
        verbs=(
            "keep the elements of {x} where {y} is nonzero and ^set the others to zero",
            "mask {x} with {y}, writing zero where the mask is zero",
            "zero the elements of {x} where {y} is 0",
            "apply {y} to {x}: elements with a zero mask become zero",
            "copy {x} where {y} is nonzero and ^write zero elsewhere",
        ),
        formulas=("z[i] = y[i] != 0 ? x[i] : 0", "z[i] = y[i] ? x[i] : 0"),
        function="apply_mask",
    ),
    _op(
        "leaky relu",
        "y[i] = x[i] > 0 ? x[i] : a * x[i] for T[n] x, T a, out T[n] y",
        constants={"a": ("0.01", "0.1", "0.2")},
        roles={"a": "slope"},
        verbs=(
            "apply leaky relu with {a:slope} to {x}",
            "apply the leaky ReLU activation with negative slope {a} to {each:x}",
            "multiply the negative elements of {x} by {a} and ^leave the others",
            "scale negative values of {x} by {a}, leaving the rest unchanged",
            "pass positive elements of {x} through and ^multiply the others by {a}",
        ),
        nouns=("the leaky ReLU of {x} with slope {a}", "the leaky relu of {each:x} with negative slope {a}"),
        formulas=("y[i] = x[i] > 0 ? x[i] : a * x[i]", "y[i] = x[i] if x[i] > 0 else a * x[i]"),
        titles=("leaky ReLU",),
        function="leaky_relu",
    ),
    _op(
        "relu",
        "y[i] = max(x[i], 0) for T[n] x, out T[n] y",
        verbs=(
            "apply ReLU to {x}",
            "apply the rectified linear unit to {each:x}",
            "set the negative elements of {x} to zero",
            "replace negative values in {x} by zero",
            "clamp the negative entries of {x} to 0",
            "zero out all negative elements of {x}",
            "keep positive elements of {x} and ^set the others to zero",
        ),
        nouns=(
            "the ReLU of {x}",
            "the ReLU activation of {each:x}",
            "max(0, {x}) elementwise",
            "the positive part of {each:x}",
            "the rectified linear activation of {x}",
        ),
        formulas=("y[i] = max(x[i], 0)", "y[i] = x[i] > 0 ? x[i] : 0", "y = max(0, x)"),
        titles=("ReLU", "ReLU activation", "rectified linear unit"),
        function="relu",
    ),
    _op(
        "sigmoid",
        "y[i] = 1 / (1 + exp(-x[i])) for T[n] x, out T[n] y",
        verbs=(
            "apply the <sigmoid|logistic> function to {x}",
            "apply the sigmoid activation to {each:x}",
            "pass {x} through a sigmoid",
            "squash {each:x} with the logistic function",
            "map {each:x} through the sigmoid",
        ),
        nouns=(
            "the sigmoid of {x}",
            "the <sigmoid|logistic function> of {each:x}",
            "1/(1+exp(-{x})) elementwise",
            "the logistic sigmoid of {x}",
            "the sigmoid activation of {x}",
        ),
        formulas=("y[i] = 1 / (1 + exp(-x[i]))", "y = 1 / (1 + exp(-x))"),
        titles=("sigmoid", "sigmoid activation", "logistic function"),
        function="sigmoid",
    ),
    _op(
        "step",
        "y[i] = x[i] > a ? 1 : 0 for T[n] x, T a, out T[n] y",
        types=NUMERIC,
        constants={"a": ("0.5", "10", "128", "1", "100", "0")},
        roles={"a": "threshold"},
        verbs=(
            "set {each:y} to one where {x} exceeds {a} and to zero elsewhere",
            "threshold {x} at {a}: one where it is greater, zero otherwise",
            "binarise {x} with threshold {a}",
            "mark with 1 the elements of {x} greater than {a} and with 0 the others",
            "write 1 where {x} is above {a} and 0 elsewhere",
            "binarize {x}: values above {a} become 1, the rest 0",
        ),
        nouns=(
            "the binary threshold of {x} at {a} (1 if greater, else 0)",
            "an array that is 1 where {x} is greater than {a} and 0 elsewhere",
            "the indicator of {x} being greater than {a}",
        ),
        formulas=("y[i] = x[i] > a ? 1 : 0", "y[i] = 1 if x[i] > a else 0"),
        function="threshold",
    ),
    _op(
        "hard threshold",
        "y[i] = abs(x[i]) < a ? 0 : x[i] for T[n] x, T a, out T[n] y",
        constants={"a": ("0.5", "0.1", "1e-3", "0.01", "1")},
        roles={"a": "threshold"},
        verbs=(
            "set the elements of {x} whose absolute value is below {a} to zero",
            "zero the elements of {x} smaller in magnitude than {a}",
            "apply hard thresholding at {a} to {x}",
            "replace elements of {x} with magnitude less than {a} by zero",
            "drop small values of {x}: those with absolute value less than {a} become zero",
        ),
        nouns=("the hard thresholding of {x} at {a}",),
        formulas=("y[i] = |x[i]| < a ? 0 : x[i]",),
        titles=("hard thresholding",),
        function="hard_threshold",
    ),
    _op(
        "soft threshold",
        "y[i] = sign(x[i]) * max(abs(x[i]) - a, 0) for T[n] x, T a, out T[n] y",
        constants={"a": ("0.5", "0.1", "0.01", "1")},
        roles={"a": "threshold"},
        verbs=(
            "apply soft thresholding with {a} to {x}",
            "shrink {each:x} towards zero by {a}",
            "reduce the magnitude of {each:x} by {a}, but not below zero, keeping the sign",
            "apply the soft-threshold operator with {a:threshold} to {each:x}",
            "soft-threshold {x} by {a}",
        ),
        nouns=("the soft thresholding of {x} with {a}", "the soft-thresholded {x} with {a:threshold}"),
        formulas=("y[i] = sign(x[i]) * max(|x[i]| - a, 0)",),
        titles=("soft thresholding", "shrinkage operator"),
        function="soft_threshold",
    ),
    _op(
        "clamp",
        "y[i] = min(max(x[i], a), b) for T[n] x, T a, T b, out T[n] y",
        types=NUMERIC,
        roles={"a": "lower bound", "b": "upper bound"},
        constants={"a": ("0", "1", "2"), "b": ("10", "255", "100", "5")},
        verbs=(
            "clamp {each:x} to the range [{!a}, {!b}]",
            "clip {x} to [{!a}, {!b}]",
            "limit {all:x} to lie between {a} and {b}",
            "restrict {x} to the interval [{!a}, {!b}]",
            "force {each:x} into the range from {a} to {b}",
            "replace values of {x} below {a} by {a} and those above {b} by {b}",
            "saturate {x} at {a} and {b}",
        ),
        nouns=(
            "{x} clipped to [{!a}, {!b}]",
            "{x} clamped between {a} and {b}",
            "the clamped values of {x}, limited to [{!a}, {!b}]",
        ),
        formulas=("y[i] = min(max(x[i], a), b)", "y[i] = clamp(x[i], a, b)", "y = clip(x, a, b)"),
        titles=("clamp", "clipping"),
        function="clamp",
    ),
    _op(
        "quadratic",
        "y[i] = a * x[i] * x[i] + b * x[i] + c for T[n] x, T a, T b, T c, out T[n] y",
        constants={"a": FACTORS, "b": FACTORS, "c": OFFSETS},
        verbs=(
            "evaluate the quadratic polynomial with coefficients {a}, {b} and {c} (highest power first) at {each:x}",
            (
                "evaluate the parabola with quadratic coefficient {a}, linear coefficient {b} and "
                "constant term {c} at {each:x}"
            ),
            "compute {a} times the square plus {b} times the value plus {c} for {each:x}",
        ),
        nouns=(
            "{a} * {x}^2 + {b} * {x} + {c} for {each:x}",
            "{a} times {x} squared plus {b} times {x} plus {c}",
        ),
        formulas=(
            "y[i] = a * x[i]^2 + b * x[i] + c",
            "y[i] = a * x[i] * x[i] + b * x[i] + c",
            "y = a * x^2 + b * x + c",
        ),
        titles=("quadratic polynomial evaluation",),
        function="quadratic",
    ),
    _op(
        "polynomial",
        "y[i] = sum[j](c[j] * pow(x[i], j)) for T[n] x, T[m] c, out T[n] y",
        in_place=False,
        kinds={"c": ("coefficient array", "coefficient vector")},
        fixed=False,
        verbs=(
            "evaluate the polynomial with coefficients {c} (lowest degree first) at {each:x}",
            "evaluate the polynomial whose coefficient of power j is {!c}[j] at {each:x}",
            "evaluate for {each:x} the polynomial with coefficients {c}, constant term first",
        ),
        nouns=(
            "the values at {each:x} of the polynomial with coefficients {c}, in ascending order of powers",
        ),
        formulas=("y[i] = sum over j of c[j] * x[i]^j",),
        titles=(),
        function="polynomial",
    ),
    _op(
        "affine",
        "y[i] = a * x[i] + b for T[n] x, T a, T b, out T[n] y",
        types=NUMERIC,
        constants={"a": FACTORS, "b": OFFSETS},
        roles={"a": "factor", "b": "offset"},
        verbs=(
            "multiply {each:x} by {a} and ^add {b}",
            "scale {x} by {a} and ^shift it by {b}",
            "apply the affine map with slope {a} and intercept {b} to {each:x}",
            "scale {each:x} by {a}, then ^add {b}",
            "transform {x} linearly with slope {a} and offset {b}",
        ),
        nouns=(
            "{a} times {x} plus {b}",
            "{a} * {x} + {b}",
            "the affine transform of {x} with scale {a} and offset {b}",
            "{x} scaled by {a} and shifted by {b}",
        ),
        formulas=("y[i] = a * x[i] + b", "y = a * x + b"),
        titles=(),
        function="affine",
    ),
    _op(
        "celsius to fahrenheit",
        "y[i] = x[i] * 1.8 + 32 for T[n] x, out T[n] y",
        kinds={"x": ("array", "temperature array", "array of temperatures", "list of temperatures")},
        verbs=(
            "convert {x} from Celsius to Fahrenheit",
            "convert {each:x} from degrees Celsius to degrees Fahrenheit",
            "turn {x} from Celsius into Fahrenheit",
            "convert {x} from Celsius to Fahrenheit (multiply by 1.8 and add 32)",
            "convert {each:x} from degrees Celsius to degrees Fahrenheit using F = C * 1.8 + 32",
            "change the unit of {x} from Celsius to Fahrenheit",
        ),
        nouns=(
            "the Fahrenheit temperatures for {x}, which is in Celsius",
            "{x} converted from Celsius to Fahrenheit",
        ),
        titles=("Celsius to Fahrenheit conversion",),
        function="celsius_to_fahrenheit",
    ),
    _op(
        "fahrenheit to celsius",
        "y[i] = (x[i] - 32) / 1.8 for T[n] x, out T[n] y",
        kinds={"x": ("array", "temperature array", "array of temperatures", "list of temperatures")},
        verbs=(
            "convert {x} from Fahrenheit to Celsius",
            "convert {each:x} from degrees Fahrenheit to degrees Celsius",
            "turn {x} from Fahrenheit into Celsius",
            "convert {x} from Fahrenheit to Celsius (subtract 32, divide by 1.8)",
            "convert {each:x} from degrees Fahrenheit to degrees Celsius using C = (F - 32) / 1.8",
            "change the unit of {x} from Fahrenheit to Celsius",
        ),
        nouns=(
            "the Celsius temperatures for {x}, which is in Fahrenheit",
            "{x} converted from Fahrenheit to Celsius",
        ),
        titles=("Fahrenheit to Celsius conversion",),
        function="fahrenheit_to_celsius",
    ),
    _op(
        "degrees to radians",
        "y[i] = x[i] * 3.141592653589793 / 180 for T[n] x, out T[n] y",
        kinds={"x": ("array", "array of angles", "list of angles")},
        verbs=(
            "convert {x} from degrees to radians",
            "convert {each:x} from degrees to radians",
            "turn {x} from degrees into radians",
            "multiply {each:x} by pi and ^divide by 180",
            "change the unit of {x} from degrees to radians",
        ),
        nouns=("{x} converted from degrees to radians", "{x} in radians, given in degrees"),
        titles=("degree to radian conversion",),
        function="degrees_to_radians",
    ),
    _op(
        "radians to degrees",
        "y[i] = x[i] * 180 / 3.141592653589793 for T[n] x, out T[n] y",
        kinds={"x": ("array", "array of angles", "list of angles")},
        verbs=(
            "convert {x} from radians to degrees",
            "convert {each:x} from radians to degrees",
            "turn {x} from radians into degrees",
            "multiply {each:x} by 180 and ^divide by pi",
            "change the unit of {x} from radians to degrees",
        ),
        nouns=("{x} converted from radians to degrees", "{x} in degrees, given in radians"),
        titles=("radian to degree conversion",),
        function="radians_to_degrees",
    ),
    _op(
        "unit conversion",
        "y[i] = x[i] * a for T[n] x, T a, out T[n] y",
        kinds={"x": ("array", "list of lengths", "array of measurements")},
        constants={"a": ("2.54", "0.3048", "1.609344", "0.4536", "1000", "3.6")},
        roles={"a": "conversion factor"},
        verbs=(
            "convert {x} to other units by multiplying with {a}",
            "apply {a} to {each:x} as a conversion factor, multiplying",
            "multiply {x} by {a} to convert its units",
        ),
        function="convert_units",
    ),
    _op(
        "saxpy",
        "y[i] += a * x[i] for f32 a, f32[n] x, inout f32[n] y",
        types=None,
        in_place=False,
        fixed=False,
        titles=("saxpy", "SAXPY", "BLAS saxpy", "saxpy kernel", "the single-precision a*x plus y"),
        formulas=("saxpy: y = a*x + y", "saxpy: y[i] += a * x[i]"),
        verbs=(
            "perform saxpy on {x} and {y} with scalar {a}",
            "do a saxpy: add {a} times {x} to {y}",
            "run saxpy with {a}, {x} and {y}",
        ),
        function="saxpy",
    ),
    _op(
        "daxpy",
        "y[i] += a * x[i] for f64 a, f64[n] x, inout f64[n] y",
        types=None,
        in_place=False,
        fixed=False,
        titles=("daxpy", "DAXPY", "BLAS daxpy", "daxpy kernel"),
        formulas=("daxpy: y = a*x + y", "daxpy: y[i] += a * x[i]"),
        verbs=(
            "perform daxpy on {x} and {y} with scalar {a}",
            "do a daxpy: add {a} times {x} to {y}",
            "run daxpy with {a}, {x} and {y}",
        ),
        function="daxpy",
    ),
    _op(
        "rgb to gray",
        "y[i] = 0.299 * x[i, 0] + 0.587 * x[i, 1] + 0.114 * x[i, 2] for T[n, 3] x, out T[n] y",
        in_place=False,
        fixed=False,
        kinds={
            "x": ("RGB image", "array of RGB pixels", "colour image", "color image"),
            "y": ("grey image", "gray image"),
        },
        verbs=(
            "convert {x} to <grayscale|greyscale|gray>",
            "turn {x} into a <grayscale|greyscale> image using the usual luminance weights",
            "convert {x} to <grayscale|greyscale|gray> with weights 0.299, 0.587 and 0.114 for red, green and blue",
            "turn {x} of interleaved r, g, b values into luminance 0.299 r + 0.587 g + 0.114 b",
            "compute gray = 0.299*R + 0.587*G + 0.114*B for each pixel of {x}",
        ),
        nouns=(
            "the luminance 0.299 R + 0.587 G + 0.114 B of each pixel of {x}",
            "the grayscale version of {x} with weights 0.299, 0.587, 0.114",
        ),
        function="rgb_to_gray",
    ),
    _op(
        "complex multiply",
        (
            "z[i, 0] = x[i, 0] * y[i, 0] - x[i, 1] * y[i, 1]; z[i, 1] = x[i, 0] * y[i, 1] + x[i, "
            "1] * y[i, 0] for T[n, 2] x, T[n, 2] y, out T[n, 2] z"
        ),
        in_place=False,
        fixed=False,
        kinds={
            "x": ("complex array", "array of complex numbers"),
            "y": ("complex array", "array of complex numbers"),
            "z": ("complex array", "array of complex numbers"),
        },
        verbs=(
            "multiply {x,y} elementwise, each element being a pair of real and imaginary part",
            "multiply complex arrays {x} and {y} (interleaved real and imaginary parts) element by element",
        ),
        nouns=(
            "the elementwise complex product of {x,y}, stored as (real, imaginary) pairs",
            "the complex products of corresponding elements of {x,y} (interleaved re, im)",
        ),
        function="complex_multiply",
    ),
    _op(
        "complex magnitude",
        "y[i] = sqrt(x[i, 0] * x[i, 0] + x[i, 1] * x[i, 1]) for T[n, 2] x, out T[n] y",
        in_place=False,
        fixed=False,
        kinds={"x": ("complex array", "array of complex numbers"), "y": ("array",)},
        verbs=(
            "take the modulus of each complex number in {x}, stored as (real, imaginary) pairs",
            "compute the absolute value of {each:x}, each a pair of real and imaginary part",
        ),
        nouns=(
            "the magnitude of each complex number of {x} (interleaved real and imaginary parts)",
            "the moduli of {all:x}, which are stored as re, im pairs",
        ),
        function="complex_abs",
    ),
    _op(
        "midpoint clamp",
        "w[i] = min(max(x[i], y[i]), z[i]) for T[n] x, T[n] y, T[n] z, out T[n] w",
        in_place=False,
        verbs=(
            "clamp {each:x} between the corresponding elements of {y} (lower) and {z} (upper)",
            "limit {x} from below by {y} and from above by {z}, element by element",
            "clip {x} elementwise to the lower bounds {y} and upper bounds {z}",
        ),
        formulas=("w[i] = min(max(x[i], y[i]), z[i])",),
        function="clamp_elementwise",
    ),
    _op(
        "copy",
        "y[i] = x[i] for T[n] x, out T[n] y",
        types=NUMERIC,
        in_place=False,
        verbs=(
            "copy {x} to {y}",
            "copy {all:x} into another array",
            "copy {x} into {y}",
            "make a copy of {x}",
            "duplicate {x}",
            "transfer {all:x} to {y}",
        ),
        formulas=("y[i] = x[i]", "y = x"),
        titles=("array copy", "vector copy", "memory copy of arrays"),
        function="copy_array",
    ),
    _op(
        "fill",
        "y[i] = a for T a, out T[n] y",
        types=NUMERIC,
        in_place=False,
        constants={"a": ("0", "1", "2", "100", "0.5")},
        roles={"a": "value"},
        verbs=(
            "fill {y} with {a}",
            "set {each:y} to {a}",
            "set {all:y} to {a}",
            "initialise {y} to {a}",
            "initialize {each:y} with {a}",
            "write {a} into {each:y}",
            "assign {a} to all elements of {y}",
        ),
        formulas=("y[i] = a",),
        function="fill",
    ),
    _op(
        "ramp",
        "y[i] = a + i * b for T a, T b, out T[n] y",
        in_place=False,
        constants={"a": ("0", "1", "0.5"), "b": ("2", "0.1", "0.5", "10")},
        roles={"a": "start value", "b": "step"},
        verbs=(
            "fill {y} with values starting at {a} in steps of {b}",
            "generate a ramp in {y} from {a} with step {b}",
            "fill {y} with the arithmetic sequence starting at {a} with step {b}",
            "set element i of {y} to {a} plus i times {b}",
        ),
        nouns=(),
        formulas=("y[i] = a + i * b",),
        function="ramp",
    ),
)


def draw(rng: random.Random, voice: Voice) -> Draft:
    """A fixed operation, a random expression of one array, a condition's choice, or an expression of two arrays."""
    kind = rng.random()
    if kind < 0.45:
        return compose(voice, rng.choice(FIXED))
    if kind < 0.78:
        return compose(voice, expression_operation(rng))
    if kind < 0.9:
        return compose(voice, conditional_operation(rng))
    return compose(voice, pair_operation(rng))


def _types(integers: bool) -> dict[str, float]:
    return INTEGRAL if integers else FLOATS


def expression_operation(rng: random.Random) -> Operation:
    """`y[i] = f(x[i])`, f drawn."""
    integers = rng.random() < 0.2
    e = draw_expression(rng, integers=integers, positive=True)
    text = e.text("x[i]")
    noun = e.noun(rng, "{x}")
    single = e.steps[0] if len(e.steps) == 1 else None
    its = [m[1] for n in (single.nouns if single else ()) if (m := re.fullmatch(r"the ([\w ]+) of @", n))]
    verbs = [e.verb(rng, "{each:x}"), e.verb(rng, "{all:x}"), e.verb(rng, "{each:x}")]
    nouns = [
        f"{noun}, elementwise",
        f"{noun} for each element",
        f"{noun} element by element",
    ]
    if its:
        w = rng.choice(its)
        verbs += [
            f"replace {{each:x}} <by|with> its {w}",
            f"map {{each:x}} to its {w}",
            f"transform {{each:x}} into its {w}",
        ]
        nouns += [
            f"the <elementwise|element-wise|pointwise> {w} of {{x}}",
            f"the {w} of {{each:x}}",
            f"the {w} of {{each:x}}",
        ]
    if single and single.plurals:
        nouns += [p.replace("@", "{all:x}") for p in single.plurals]
        verbs += [f"^fill {{y}} with {single.plurals[0].replace('@', '{all:x}')}"]
    formulas = [f"y[i] = {text}", f"y[i] = {text}", f"y = {text.replace('[i]', '')}"]
    if "abs(" in text:
        formulas.append(f"y[i] = {text.replace('abs(', 'fabs(')}")
    divisors = [x for s, x in zip(e.steps, e.letters, strict=True) if s.name == "modulo"]
    arguments = "".join(
        f", T {x}{' nonzero' if (x,) in [tuple(d) for d in divisors] else ''}" for x in e.scalars
    )
    name = "_".join(e.operations)
    return Operation(
        FAMILY,
        "expression1" if single else "expression2",
        f"y[i] = {text} for T[n] x{arguments}, out T[n] y",
        verbs=tuple(verbs),
        nouns=tuple(nouns),
        formulas=tuple(formulas),
        function=f"{name}_array" if single else "transform",
        types=_types(integers),
        roles=roles(e.scalars),
        constants=constants(e.scalars, integers),
        in_place=True,
        operations=e.operations,
        implied=any(s.needs == "integer" for s in e.steps),
    )


def conditional_operation(rng: random.Random) -> Operation:
    """`y[i] = cond(x[i]) ? f(x[i]) : x[i]`, or to a constant."""
    integers = rng.random() < 0.3
    test = draw_test(rng, integers=integers)
    while test.condition.name in ("equal", "unequal") and not integers:
        test = draw_test(rng, integers=integers)
    which = test.which(rng)
    letters = "cd" if len(test.scalars) == 2 else "bc" if test.scalars else "ab"
    scalars = dict(test.scalars)
    condition = test.text("x[i]")
    if rng.random() < 0.45:
        value = rng.choice(("zero", "one", "0", "1"))
        number = {"zero": "0", "one": "1"}.get(value, value)
        text = f"{condition} ? {number} : x[i]"
        verbs = [
            f"set {which} to {value}",
            f"replace {which} by {value}",
            f"replace {which} with {value}, leaving the others unchanged",
            f"set {which} to {value} and ^keep the rest",
            f"overwrite {which} with {value}",
        ]
        names: tuple[str, ...] = (test.condition.name, "replace")
    else:
        e = draw_expression(rng, 1, integers=integers, letters=letters)
        while not e.steps[0].verbs or e.steps[0].name in ("modulo", "reciprocal"):
            e = draw_expression(rng, 1, integers=integers, letters=letters)
        scalars |= e.scalars
        text = f"{condition} ? {e.text('x[i]')} : x[i]"
        action = e.verb(rng, which)
        verbs = [
            f"{action} and ^leave the others unchanged",
            f"{action}, leaving all other elements as they are",
            f"{action}; the other elements stay unchanged",
            f"{action} and ^keep the rest",
            f"{action}, keeping the others",
        ]
        names = (test.condition.name, *e.operations)
    text = (
        re.sub(r"\(([^()]*(?:\([^()]*\)[^()]*)*)\) \?", r"\1 ?", text)
        if text.startswith("(") and text.count(" ? ") == 1
        else text
    )
    arguments = "".join(
        f", T {x}{' nonzero' if 'divi' in test.condition.name and x in test.scalars else ''}" for x in scalars
    )
    return Operation(
        FAMILY,
        "conditional",
        f"y[i] = {text} for T[n] x{arguments}, out T[n] y",
        verbs=tuple(verbs),
        formulas=(f"y[i] = {text}",) if rng.random() < 0.5 else (),
        function="replace_if",
        types=_types(integers),
        roles=roles(scalars),
        constants=constants(scalars, integers),
        in_place=True,
        operations=names,
        implied=test.condition.needs == "integer",
    )


PAIRS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("add", "@ + $", ("add {y} to @", "add @ and {y} elementwise")),
    (
        "multiply",
        "@ * $",
        ("multiply @ by the corresponding element of {y}", "multiply @ elementwise with {y}"),
    ),
    ("subtract", "@ - $", ("subtract {y} from @", "take away the corresponding element of {y} from @")),
    ("maximum", "max(@, $)", ("take the maximum of @ and the corresponding element of {y}",)),
    ("minimum", "min(@, $)", ("take the minimum of @ and the corresponding element of {y}",)),
)


def pair_operation(rng: random.Random) -> Operation:
    """A function of each element, then two arrays combined; or the other way round."""
    name, text, verbs = rng.choice(PAIRS)
    e: Expression = draw_expression(rng, 1)
    while not e.steps[0].verbs:
        e = draw_expression(rng, 1)
    first = rng.random() < 0.5
    if first:
        element = e.text("x[i]")
        whole = text.replace("@", f"({element})").replace("$", "y[i]")
        action = f"{e.verb(rng, '{each:x}')}, then ^{rng.choice(verbs).replace('@', 'the result')}"
        second = f"{e.verb(rng, '{each:x}')} and ^{rng.choice(verbs).replace('@', 'the result')}"
        operations = (*e.operations, name)
    else:
        inner = text.replace("@", "x[i]").replace("$", "y[i]")
        whole = e.text(inner)
        action = f"^{rng.choice(verbs).replace('@', '{each:x}')}, then {e.verb(rng, 'the result')}"
        second = f"^{rng.choice(verbs).replace('@', '{each:x}')} and {e.verb(rng, 'the result')}"
        operations = (name, *e.operations)
    return Operation(
        FAMILY,
        "pair",
        f"z[i] = {whole} for T[n] x, T[n] y{scalar_arguments(e.scalars)}, out T[n] z",
        verbs=(action, second),
        formulas=(f"z[i] = {whole}",),
        function="combine",
        types=FLOATS,
        roles=roles(e.scalars),
        constants=constants(e.scalars, False),
        operations=operations,
    )

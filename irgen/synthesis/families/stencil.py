"""Neighbourhoods in one, two and three dimensions, with boundary rules, once or iterated."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from passwright.irgen.synthesis.draft import Draft
from passwright.irgen.synthesis.operation import FLOATS, NUMERIC, Operation
from passwright.irgen.synthesis.sentence import compose
from passwright.irgen.synthesis.voice import Voice

FAMILY = "stencil"
SIGNAL = {"x": ("signal", "array", "vector", "sequence", "series")}
IMAGE = {
    "x": ("image", "matrix", "grid", "2D array", "2D grid"),
    "y": ("image", "matrix", "grid", "2D array"),
}
GRID = {
    "x": ("grid", "2D grid", "matrix", "2D array", "field"),
    "u": ("grid", "2D grid", "matrix", "2D array", "field"),
}
VOLUME = {"x": ("3D grid", "volume", "3D array", "3-D grid"), "u": ("3D grid", "volume", "3D array")}

BOUNDARIES: dict[str, tuple[str, ...]] = {
    "interior": (
        ", leaving the <borders|boundary elements|edges> <untouched|unchanged|as they are>",
        " for interior <points|elements> only",
        ", skipping the <boundary|border|edge> elements",
        ", only where all neighbours exist",
        " (interior only)",
        ", without touching the <boundary|border>",
    ),
    "zero": (
        " with zero padding",
        ", treating <elements|values> outside <as zero|as zeros>",
        " (zero padding)",
        ", assuming zeros outside the array",
        ", padding with zeros at the <borders|edges|boundaries>",
        ", where out-of-range neighbours count as 0",
        " with zero boundary conditions",
    ),
    "clamp": (
        ", clamping indices at the <borders|edges>",
        ", repeating the edge values at the borders",
        " with <replicate|edge|nearest> padding",
        ", using the nearest element at the <borders|edges>",
        " (clamp to edge)",
        ", with out-of-range indices clamped",
        ", replicating the border elements",
    ),
    "wrap": (
        " with periodic boundary conditions",
        ", wrapping around at the <ends|edges|borders>",
        " (periodic boundaries)",
        " with wrap-around",
        ", treating it as circular",
        " with cyclic boundaries",
        ", indices taken modulo the size",
    ),
    "reflect": (
        " with reflect padding",
        ", mirroring at the borders without repeating the edge",
        " with mirrored boundaries (edge not repeated)",
        ", reflecting indices at the <borders|edges>",
        " (reflect boundary)",
    ),
}


def _op(name: str, program: str, **rest: object) -> Operation:
    rest.setdefault("types", FLOATS)
    return Operation(FAMILY, name, program, **rest)  # type: ignore[arg-type]


def _line(name: str, text: str, extra: str = "", **rest: object) -> Operation:
    rest.setdefault("kinds", SIGNAL)
    return _op(name, f"y[i] = {text} @ B for T[n] x{extra}, out T[n] y", **rest)


def _grid(name: str, text: str, extra: str = "", **rest: object) -> Operation:
    rest.setdefault("kinds", GRID)
    return _op(name, f"y[i, j] = {text} @ B for T[n, m] x{extra}, out T[n, m] y", **rest)


def _image(name: str, text: str, extra: str = "", **rest: object) -> Operation:
    return _grid(name, text, extra, kinds=IMAGE, **rest)


def _volume(name: str, text: str, extra: str = "", **rest: object) -> Operation:
    return _op(
        name, f"y[i, j, k] = {text} @ B for T[n, m, p] x{extra}, out T[n, m, p] y", kinds=VOLUME, **rest
    )


FIVE = "x[i - 1, j] + x[i + 1, j] + x[i, j - 1] + x[i, j + 1]"
SEVEN = "x[i - 1, j, k] + x[i + 1, j, k] + x[i, j - 1, k] + x[i, j + 1, k] + x[i, j, k - 1] + x[i, j, k + 1]"
SOBEL_X = "x[i - 1, j + 1] + 2 * x[i, j + 1] + x[i + 1, j + 1] - x[i - 1, j - 1] - 2 * x[i, j - 1] - x[i + 1, j - 1]"
SOBEL_Y = "x[i + 1, j - 1] + 2 * x[i + 1, j] + x[i + 1, j + 1] - x[i - 1, j - 1] - 2 * x[i - 1, j] - x[i - 1, j + 1]"

PLAIN: tuple[Operation, ...] = (
    _line(
        "three point average",
        "(x[i - 1] + x[i] + x[i + 1]) / 3",
        nouns=(
            "the <three-point|3-point> <moving average|average> of {x}",
            "the average of each element of {x} and its two neighbours",
            "the mean of every element of {x} and its <left and right|adjacent> neighbors",
            "the centred moving average of {x} with window 3",
            "the moving average of {x} over three elements, centred",
            "{x} smoothed with a centered window of width 3",
        ),
        verbs=(
            "average each element of {x} with its two neighbours",
            "smooth {x} with a <three-point|3-point> average",
            "replace {each:x} by the mean of itself and its left and right neighbours",
            "apply a <three-point|3-point> <averaging|mean|box> filter to {x}",
            "blur {x} with a box of width 3",
            "apply a 1D box filter of radius 1 to {x}",
        ),
        titles=(
            "3-point stencil average",
            "three-point moving average",
            "1D box blur of radius 1",
            "3-point smoothing",
        ),
        formulas=("y[i] = (x[i-1] + x[i] + x[i+1]) / 3",),
        function="smooth3",
    ),
    _line(
        "neighbour average",
        "(x[i - 1] + x[i + 1]) / 2",
        nouns=(
            "the average of the two neighbours of each element of {x}",
            "the mean of the left and right neighbour of every element of {x}",
            "half the sum of the neighbours of each element of {x}",
        ),
        verbs=(
            "replace {each:x} by the average of its two neighbours",
            "set each output element to the mean of the left and right neighbours in {x}",
            "average the two neighbors of each element of {x}",
            "do one Jacobi step on {x} in 1-D: average both neighbours",
        ),
        titles=("1D Jacobi step",),
        formulas=("y[i] = (x[i-1] + x[i+1]) / 2",),
        function="jacobi1d",
    ),
    _line(
        "neighbour sum",
        "x[i - 1] + x[i + 1]",
        types=NUMERIC,
        nouns=(
            "the sum of the two neighbours of each element of {x}",
            "the sum of the left and right neighbours for every element of {x}",
        ),
        verbs=(
            "add the left and the right neighbour of each element of {x}",
            "replace {each:x} by the sum of its two neighbours",
        ),
        formulas=("y[i] = x[i-1] + x[i+1]",),
        function="neighbour_sum",
    ),
    _line(
        "three point sum",
        "x[i - 1] + x[i] + x[i + 1]",
        types=NUMERIC,
        nouns=(
            "the sum of each element of {x} and its two neighbours",
            "the <three-point|3-point> sums of {x}",
            "the sliding sum of {x} over a centred window of three",
        ),
        verbs=(
            "add to each element of {x} its left and right neighbours",
            "sum every element of {x} with its two neighbours",
        ),
        formulas=("y[i] = x[i-1] + x[i] + x[i+1]",),
        titles=("3-point sum stencil",),
        function="three_point_sum",
    ),
    _line(
        "central difference",
        "(x[i + 1] - x[i - 1]) / 2",
        nouns=(
            "the central difference of {x}",
            "the central differences of {x} (half of right minus left neighbour)",
            "the derivative of {x} by central differences with unit spacing",
            "half the difference between the right and the left neighbour for each element of {x}",
            "the gradient of {x} by central differences",
        ),
        verbs=(
            "differentiate {x} with central differences",
            "take half the difference of the right and left neighbours of each element of {x}",
            "approximate the first derivative of {x} by central differences",
        ),
        titles=("central difference", "central differences"),
        formulas=("y[i] = (x[i+1] - x[i-1]) / 2",),
        function="central_difference",
    ),
    _line(
        "central derivative",
        "(x[i + 1] - x[i - 1]) / (2 * a)",
        ", T a",
        roles={"a": "grid spacing"},
        constants={"a": ("0.1", "0.5", "0.01", "0.25")},
        nouns=(
            "the first derivative of {x} by central differences with {a:grid spacing}",
            "the central difference approximation of the derivative of {x}, spacing {!a}",
            "the derivative of the samples {x} with {a:step size} using central differences",
        ),
        verbs=(
            "differentiate {x} numerically with central differences and {a:grid spacing}",
            "approximate the derivative of {x} by central differences with {a:step}",
        ),
        formulas=("y[i] = (x[i+1] - x[i-1]) / (2*a)",),
        function="derivative",
    ),
    _line(
        "second difference",
        "x[i - 1] - 2 * x[i] + x[i + 1]",
        types=NUMERIC,
        nouns=(
            "the second difference of {x}",
            "the second-order central difference of {x}",
            "the <1D|one-dimensional|1-D> <Laplacian|discrete Laplacian> of {x}",
            "the sum of the two neighbours minus twice the element, for each element of {x}",
            "the second differences of {x}",
        ),
        verbs=(
            "apply the 1D Laplacian stencil (1, -2, 1) to {x}",
            "apply the stencil [1, -2, 1] to {x}",
            "subtract twice each element of {x} from the sum of its neighbours",
            "take the second difference of {x}",
        ),
        titles=("1D Laplacian", "second difference", "three-point Laplacian"),
        formulas=("y[i] = x[i-1] - 2*x[i] + x[i+1]",),
        function="second_difference",
    ),
    _line(
        "binomial smoothing",
        "(x[i - 1] + 2 * x[i] + x[i + 1]) / 4",
        nouns=(
            "{x} smoothed with weights 1/4, 1/2, 1/4",
            "the weighted average of each element of {x} and its neighbours with weights 1, 2, 1",
            "the binomial smoothing of {x} (1, 2, 1 over 4)",
        ),
        verbs=(
            "smooth {x} with the kernel [1, 2, 1] / 4",
            "apply the 1-2-1 filter to {x}",
            "apply the binomial filter (1 2 1)/4 to {x}",
            "filter {x} with weights 1, 2, 1 divided by 4",
        ),
        titles=("1-2-1 filter", "binomial filter of width three"),
        formulas=("y[i] = (x[i-1] + 2*x[i] + x[i+1]) / 4",),
        function="smooth121",
    ),
    _line(
        "weighted three",
        "a * x[i - 1] + b * x[i] + c * x[i + 1]",
        ", T a, T b, T c",
        roles={"a": "left weight", "b": "centre weight", "c": "right weight"},
        constants={"a": ("0.25", "0.1", "0.2"), "b": ("0.5", "0.8", "0.6"), "c": ("0.25", "0.3", "0.1")},
        verbs=(
            "apply the three-point stencil with weights {!a}, {!b}, {!c} to {x}",
            (
                "filter {x} with the weights {!a}, {!b} and {!c} for the left neighbour, the element "
                "and the right neighbour"
            ),
            "apply the 3-point stencil [{!a}, {!b}, {!c}] to {x}",
        ),
        nouns=(
            (
                "{!a} times the left neighbour plus {!b} times the element plus {!c} times the right "
                "neighbour for each element of {x}"
            ),
            "the weighted sum of each element of {x} and its neighbours with weights {!a}, {!b}, {!c}",
        ),
        formulas=("y[i] = a*x[i-1] + b*x[i] + c*x[i+1]",),
        function="stencil3",
    ),
    _line(
        "five point average",
        "(x[i - 2] + x[i - 1] + x[i] + x[i + 1] + x[i + 2]) / 5",
        nouns=(
            "the <five-point|5-point> <moving average|average> of {x}",
            "the centred moving average of {x} with window 5",
            "the average of each element of {x} and its two neighbours on either side",
            "the moving average of {x} with a window of five centred on each element",
            "{x} smoothed over five points",
        ),
        verbs=(
            "smooth {x} with a five-point average",
            "average each element of {x} with two neighbours on each side",
            "blur {x} with a box of width 5",
            "apply a centered moving average with window 5 to {x}",
            "apply a box filter of radius 2 to {x}",
        ),
        titles=("5-point moving average", "1D box blur of radius 2"),
        formulas=("y[i] = (x[i-2] + x[i-1] + x[i] + x[i+1] + x[i+2]) / 5",),
        function="smooth5",
    ),
    _line(
        "fourth order derivative",
        "(x[i - 2] - 8 * x[i - 1] + 8 * x[i + 1] - x[i + 2]) / 12",
        nouns=(
            "the fourth-order central difference of {x} with unit spacing",
            "the fourth-order accurate first derivative of {x} (unit spacing)",
            "the five-point derivative of {x} with unit spacing",
        ),
        verbs=(
            "differentiate {x} with the fourth-order five-point formula, unit spacing",
            "apply the stencil (1, -8, 0, 8, -1)/12 to {x}",
        ),
        titles=("fourth-order central difference",),
        formulas=("y[i] = (x[i-2] - 8*x[i-1] + 8*x[i+1] - x[i+2]) / 12",),
        function="derivative4",
    ),
    _line(
        "local maximum filter",
        "max(max(x[i - 1], x[i]), x[i + 1])",
        types=NUMERIC,
        nouns=(
            "the maximum of each element of {x} and its two neighbours",
            "the <three-point|3-point> maximum filter of {x}",
            "the sliding maximum of {x} over a centred window of three",
            "the largest of every element of {x} and its neighbours",
        ),
        verbs=(
            "dilate {x} with a window of three",
            "replace {each:x} by the maximum of itself and its neighbours",
            "apply a maximum filter of width 3 to {x}",
        ),
        titles=("3-point maximum filter",),
        formulas=("y[i] = max(x[i-1], x[i], x[i+1])",),
        function="max_filter3",
    ),
    _line(
        "local minimum filter",
        "min(min(x[i - 1], x[i]), x[i + 1])",
        types=NUMERIC,
        nouns=(
            "the minimum of each element of {x} and its two neighbours",
            "the <three-point|3-point> minimum filter of {x}",
            "the sliding minimum of {x} over a centred window of three",
            "the smallest of every element of {x} and its neighbours",
        ),
        verbs=(
            "erode {x} with a window of three",
            "replace {each:x} by the minimum of itself and its neighbours",
            "apply a minimum filter of width 3 to {x}",
        ),
        titles=("3-point minimum filter",),
        formulas=("y[i] = min(x[i-1], x[i], x[i+1])",),
        function="min_filter3",
    ),
    _line(
        "median of three",
        "max(min(x[i - 1], x[i]), min(max(x[i - 1], x[i]), x[i + 1]))",
        types=NUMERIC,
        nouns=(
            "the median of each element of {x} and its two neighbours",
            "the <three-point|3-point> median filter of {x}",
            "the running median of {x} over a centred window of three",
        ),
        verbs=(
            "apply a median filter of width 3 to {x}",
            "replace {each:x} by the median of itself and its two neighbours",
            "median-filter {x} with a window of three",
        ),
        titles=("3-point median filter",),
        function="median3",
    ),
    _line(
        "deviation from neighbours",
        "x[i] - (x[i - 1] + x[i + 1]) / 2",
        nouns=(
            "the difference between each element of {x} and the average of its two neighbours",
            "each element of {x} minus the mean of its neighbours",
        ),
        verbs=(
            "subtract from each element of {x} the average of its neighbours",
            "subtract the mean of the left and right neighbours from every element of {x}",
        ),
        formulas=("y[i] = x[i] - (x[i-1] + x[i+1]) / 2",),
        function="detail",
    ),
    _line(
        "upwind",
        "x[i] - a * (x[i] - x[i - 1])",
        ", T a",
        roles={"a": "Courant number"},
        constants={"a": ("0.5", "0.25", "0.8")},
        kinds={"x": ("array", "field", "1D grid")},
        nouns=(
            "one upwind advection step of {x} with {a:Courant number}",
            "each element of {x} minus {a} times its difference to the left neighbour",
        ),
        verbs=(
            "do one first-order upwind step on {x} with {a:Courant number}",
            "advance {x} by one upwind advection step with {a:Courant number}",
            "subtract from each element of {x} {a} times its difference to the left neighbour",
        ),
        formulas=("y[i] = x[i] - a * (x[i] - x[i-1])",),
        function="upwind",
    ),
    _line(
        "heat step",
        "x[i] + a * (x[i - 1] - 2 * x[i] + x[i + 1])",
        ", T a",
        roles={"a": "diffusion coefficient"},
        constants={"a": ("0.1", "0.25", "0.5")},
        kinds={"x": ("array", "temperature array", "1D grid", "rod")},
        nouns=(
            "one explicit time step of the 1D heat equation on {x} with {a:diffusion coefficient}",
            "each element of {x} plus {a} times its second difference",
        ),
        verbs=(
            "do one step of 1D heat diffusion on {x} with {a:diffusion coefficient}",
            "advance the 1D heat equation on {x} by one explicit Euler step with {a:diffusion number}",
            "diffuse {x} once with {a:coefficient}",
        ),
        titles=(),
        formulas=("y[i] = x[i] + a * (x[i-1] - 2*x[i] + x[i+1])",),
        function="heat1d",
    ),
    _grid(
        "laplacian",
        f"{FIVE} - 4 * x[i, j]",
        types=NUMERIC,
        nouns=(
            "the <five-point|5-point|discrete|2D> Laplacian of {x}",
            "the Laplacian of {x} with the 5-point stencil",
            "the sum of the four neighbours minus four times the centre for every point of {x}",
            "the Laplacian of {x}",
        ),
        verbs=(
            "apply the <five-point|5-point> Laplacian stencil to {x}",
            "apply the Laplace operator to {x} using the 5-point stencil",
            "subtract four times each element of {x} from the sum of its four neighbours",
            "compute the discrete Laplace operator on {x}",
        ),
        titles=("5-point Laplacian", "2D Laplacian", "2D Laplace stencil"),
        formulas=("y[i, j] = x[i-1, j] + x[i+1, j] + x[i, j-1] + x[i, j+1] - 4*x[i, j]",),
        function="laplacian",
    ),
    _grid(
        "laplacian nine",
        "sum[k in -1..2, l in -1..2](x[i + k, j + l]) - 9 * x[i, j]",
        types=NUMERIC,
        nouns=(
            "the <nine-point|9-point> Laplacian of {x} (eight neighbours minus eight times the centre)",
            "the sum of the eight neighbours minus eight times the centre for every point of {x}",
        ),
        verbs=(
            "apply the 3x3 Laplacian with diagonal neighbours (centre weight -8) to {x}",
            "subtract eight times each element of {x} from the sum of its eight neighbours",
        ),
        titles=(),
        function="laplacian9",
    ),
    _grid(
        "jacobi",
        f"({FIVE}) / 4",
        nouns=(
            "the average of the four neighbours of each point of {x}",
            "one Jacobi iteration for Laplace's equation on {x}",
            "the mean of the north, south, east and west neighbours of every element of {x}",
            "a single 2D Jacobi sweep over {x}",
        ),
        verbs=(
            "replace each element of {x} by the average of its four neighbours",
            "perform one Jacobi <step|iteration|sweep> on {x}",
            "average the four direct neighbours of each point of {x}",
            "set each output to the mean of the upper, lower, left and right neighbours in {x}",
            "do one Jacobi relaxation step for the Laplace equation on {x}",
        ),
        titles=("2D Jacobi <step|iteration|sweep>", "Jacobi relaxation step"),
        formulas=(
            "y[i, j] = (x[i-1, j] + x[i+1, j] + x[i, j-1] + x[i, j+1]) / 4",
            "y[i, j] = 0.25 * (x[i-1, j] + x[i+1, j] + x[i, j-1] + x[i, j+1])",
        )[:1],
        function="jacobi2d",
    ),
    _grid(
        "five point average",
        f"(x[i, j] + {FIVE}) / 5",
        nouns=(
            "the <five-point|5-point> average of {x}",
            "the average of each element of {x} and its four direct neighbours",
            "the mean over the plus-shaped neighbourhood of each element of {x}",
        ),
        verbs=(
            "average each point of {x} with its four neighbours",
            "apply a <five-point|5-point> averaging stencil to {x}",
            "smooth {x} with the 5-point cross stencil",
        ),
        titles=("5-point average stencil", "five-point stencil average"),
        formulas=("y[i, j] = (x[i, j] + x[i-1, j] + x[i+1, j] + x[i, j-1] + x[i, j+1]) / 5",),
        function="average5",
    ),
    _grid(
        "heat step 2d",
        f"x[i, j] + a * ({FIVE} - 4 * x[i, j])",
        ", T a",
        roles={"a": "diffusion coefficient"},
        constants={"a": ("0.1", "0.25", "0.2")},
        nouns=(
            "one explicit time step of the 2D heat equation on {x} with {a:diffusion coefficient}",
            "{x} plus {a} times its five-point Laplacian",
        ),
        verbs=(
            "do one time step of the heat equation on {x} with {a:diffusion coefficient}",
            "advance {x} by one explicit step of 2D heat diffusion with {a:coefficient}",
            "add {a} times the 5-point Laplacian of {x} to {x}",
            "diffuse heat on {x} for one step with {a:diffusion number}",
        ),
        titles=(),
        formulas=("y[i, j] = x[i, j] + a * (x[i-1, j] + x[i+1, j] + x[i, j-1] + x[i, j+1] - 4*x[i, j])",),
        function="heat2d",
    ),
    _image(
        "box blur",
        "sum[k in -1..2, l in -1..2](x[i + k, j + l]) / 9",
        nouns=(
            "the 3x3 box blur of {x}",
            "the mean of the 3 by 3 neighbourhood of each pixel of {x}",
            "the average of every element of {x} and its eight neighbours",
            "the 3x3 mean filter of {x}",
            "the average over a 3x3 window centred at each element of {x}",
        ),
        verbs=(
            "blur {x} with a 3x3 box filter",
            "apply a 3x3 <mean|averaging|box> filter to {x}",
            "average each pixel of {x} with its eight neighbours",
            "replace each pixel of {x} by the mean of its 3x3 neighbourhood",
            "smooth {x} with a 3 by 3 box",
        ),
        titles=("3x3 box blur", "3x3 mean filter", "box filter of size 3x3"),
        function="box_blur",
    ),
    _image(
        "box blur five",
        "sum[k in -2..3, l in -2..3](x[i + k, j + l]) / 25",
        nouns=(
            "the 5x5 box blur of {x}",
            "the mean of the 5 by 5 neighbourhood of each pixel of {x}",
            "the 5x5 mean filter of {x}",
            "the average over a 5x5 window centred at each element of {x}",
        ),
        verbs=(
            "blur {x} with a 5x5 box filter",
            "apply a 5x5 <mean|averaging|box> filter to {x}",
            "replace each pixel of {x} by the mean of its 5x5 neighbourhood",
            "smooth {x} with a 5 by 5 box",
        ),
        titles=("5x5 box blur", "5x5 mean filter"),
        function="box_blur5",
    ),
    _image(
        "gaussian blur",
        (
            "(x[i - 1, j - 1] + 2 * x[i - 1, j] + x[i - 1, j + 1] + 2 * x[i, j - 1] + 4 * x[i, "
            "j] + 2 * x[i, j + 1] + x[i + 1, j - 1] + 2 * x[i + 1, j] + x[i + 1, j + 1]) / 16"
        ),
        nouns=(
            "the 3x3 Gaussian blur of {x} with weights 1 2 1, 2 4 2, 1 2 1 over 16",
            "the 3x3 Gaussian blur of {x}",
        ),
        verbs=(
            "blur {x} with the 3x3 Gaussian kernel (1 2 1; 2 4 2; 1 2 1)/16",
            "apply a 3x3 Gaussian filter to {x}",
            "smooth {x} with a 3 by 3 binomial kernel",
            "apply the 3x3 Gaussian blur to {x}",
        ),
        titles=("3x3 Gaussian blur", "3x3 Gaussian filter"),
        function="gaussian_blur",
    ),
    _image(
        "sobel x",
        SOBEL_X,
        nouns=(
            "the horizontal Sobel <gradient|derivative> of {x}",
            "the Sobel filter of {x} in x direction",
            "the x component of the Sobel gradient of {x}",
            "the Sobel derivative of {x} along the columns index",
        ),
        verbs=(
            "apply the horizontal Sobel operator to {x}",
            "apply the Sobel x kernel (-1 0 1; -2 0 2; -1 0 1) to {x}",
            "detect vertical edges of {x} with the Sobel kernel, right minus left",
        ),
        titles=("horizontal Sobel filter", "Sobel x filter"),
        function="sobel_x",
    ),
    _image(
        "sobel y",
        SOBEL_Y,
        nouns=(
            "the vertical Sobel <gradient|derivative> of {x}",
            "the Sobel filter of {x} in y direction",
            "the y component of the Sobel gradient of {x}",
        ),
        verbs=(
            "apply the vertical Sobel operator to {x}",
            "apply the Sobel y kernel (-1 -2 -1; 0 0 0; 1 2 1) to {x}",
            "detect horizontal edges of {x} with the Sobel kernel, lower minus upper",
        ),
        titles=("vertical Sobel filter", "Sobel y filter"),
        function="sobel_y",
    ),
    _image(
        "sobel magnitude",
        f"hypot({SOBEL_X}, {SOBEL_Y})",
        nouns=(
            "the Sobel gradient magnitude of {x}",
            "the magnitude of the Sobel gradient of {x}",
            "the edge strength of {x} by the Sobel operator (square root of the sum of squares)",
            "the Sobel edge magnitude of {x}",
        ),
        verbs=(
            "detect edges in {x} with the Sobel operator, giving the gradient magnitude",
            "apply Sobel edge detection to {x}",
            "run a Sobel filter in both directions on {x} and ^take the magnitude",
        ),
        titles=("Sobel edge detection", "Sobel gradient magnitude", "Sobel filter"),
        function="sobel",
    ),
    _image(
        "gradient magnitude",
        "hypot((x[i, j + 1] - x[i, j - 1]) / 2, (x[i + 1, j] - x[i - 1, j]) / 2)",
        nouns=(
            "the gradient magnitude of {x} by central differences",
            "the magnitude of the gradient of {x} using central differences with unit spacing",
            "the length of the central-difference gradient at each point of {x}",
        ),
        verbs=(
            "compute central differences of {x} in both directions and ^take the magnitude of the gradient",
            "take the norm of the central-difference gradient of {x}",
        ),
        titles=("gradient magnitude by central differences",),
        function="gradient_magnitude",
    ),
    _image(
        "sharpen",
        f"5 * x[i, j] - ({FIVE})",
        types=NUMERIC,
        nouns=(
            "the sharpened {x}: five times each pixel minus its four neighbours",
            "{x} sharpened with the kernel 0 -1 0, -1 5 -1, 0 -1 0",
        ),
        verbs=(
            "sharpen {x} with the kernel (0 -1 0; -1 5 -1; 0 -1 0)",
            "sharpen {x}: five times each pixel minus the sum of its four neighbours",
            "apply the standard 3x3 sharpening kernel with centre 5 to {x}",
        ),
        titles=("3x3 sharpening filter",),
        function="sharpen",
    ),
    _image(
        "dilate",
        "max[k in -1..2, l in -1..2](x[i + k, j + l])",
        types=NUMERIC,
        nouns=(
            "the 3x3 maximum filter of {x}",
            "the <grayscale |>dilation of {x} with a 3x3 square",
            "the largest value in the 3x3 neighbourhood of each pixel of {x}",
            "the maximum over every 3 by 3 neighbourhood of {x}",
        ),
        verbs=(
            "dilate {x} with a 3x3 structuring element",
            "replace each pixel of {x} by the maximum of its 3x3 neighbourhood",
            "apply a 3x3 max filter to {x}",
        ),
        titles=("3x3 dilation", "3x3 maximum filter"),
        function="dilate",
    ),
    _image(
        "erode",
        "min[k in -1..2, l in -1..2](x[i + k, j + l])",
        types=NUMERIC,
        nouns=(
            "the 3x3 minimum filter of {x}",
            "the <grayscale |>erosion of {x} with a 3x3 square",
            "the smallest value in the 3x3 neighbourhood of each pixel of {x}",
            "the minimum over every 3 by 3 neighbourhood of {x}",
        ),
        verbs=(
            "erode {x} with a 3x3 structuring element",
            "replace each pixel of {x} by the minimum of its 3x3 neighbourhood",
            "apply a 3x3 min filter to {x}",
        ),
        titles=("3x3 erosion", "3x3 minimum filter"),
        function="erode",
    ),
    _grid(
        "neighbour sum eight",
        "sum[k in -1..2, l in -1..2](x[i + k, j + l]) - x[i, j]",
        types=NUMERIC,
        nouns=(
            "the sum of the eight neighbours of each cell of {x}",
            "the sum of all eight surrounding elements for every element of {x}",
            "the Moore neighbourhood sum of {x} without the centre",
        ),
        verbs=(
            "add up the eight neighbours of each cell of {x}",
            "sum the eight surrounding values of every element of {x}",
        ),
        titles=(),
        function="neighbour_sum2d",
    ),
    _grid(
        "neighbour sum four",
        FIVE,
        types=NUMERIC,
        nouns=(
            "the sum of the four neighbours of each cell of {x}",
            "the sum of the upper, lower, left and right neighbours for every element of {x}",
            "the von Neumann neighbourhood sum of {x} without the centre",
        ),
        verbs=(
            "add up the four neighbours of each cell of {x}",
            "sum the four direct neighbors of every element of {x}",
        ),
        formulas=("y[i, j] = x[i-1, j] + x[i+1, j] + x[i, j-1] + x[i, j+1]",),
        titles=(),
        function="neighbour_sum4",
    ),
    _grid(
        "horizontal difference",
        "(x[i, j + 1] - x[i, j - 1]) / 2",
        nouns=(
            "the central difference of {x} along its rows",
            "the horizontal derivative of {x} by central differences with unit spacing",
            "half the difference of the right and left neighbours of each element of {x}",
        ),
        verbs=(
            "differentiate each row of {x} by central differences",
            "take horizontal central differences of {x}",
        ),
        titles=("horizontal gradient",),
        formulas=("y[i, j] = (x[i, j+1] - x[i, j-1]) / 2",),
        function="gradient_x",
    ),
    _grid(
        "vertical difference",
        "(x[i + 1, j] - x[i - 1, j]) / 2",
        nouns=(
            "the central difference of {x} along its columns",
            "the vertical derivative of {x} by central differences with unit spacing",
            "half the difference of the lower and upper neighbours of each element of {x}",
        ),
        verbs=(
            "differentiate each column of {x} by central differences",
            "take vertical central differences of {x}",
        ),
        titles=("vertical gradient",),
        formulas=("y[i, j] = (x[i+1, j] - x[i-1, j]) / 2",),
        function="gradient_y",
    ),
    _volume(
        "laplacian 3d",
        f"{SEVEN} - 6 * x[i, j, k]",
        nouns=(
            "the <seven-point|7-point|3D> Laplacian of {x}",
            "the Laplacian of {x} with the 7-point stencil",
            "the sum of the six neighbours minus six times the centre for every point of {x}",
        ),
        verbs=(
            "apply the <seven-point|7-point> Laplacian stencil to {x}",
            "apply the 3D Laplace operator to {x}",
            "subtract six times each element of {x} from the sum of its six neighbours",
        ),
        titles=("7-point Laplacian", "3D Laplacian"),
        function="laplacian3d",
    ),
    _volume(
        "jacobi 3d",
        f"({SEVEN}) / 6",
        nouns=(
            "the average of the six neighbours of each point of {x}",
            "one Jacobi iteration for the 3D Laplace equation on {x}",
            "the mean of the six face neighbours of every cell of {x}",
        ),
        verbs=(
            "replace each element of {x} by the average of its six neighbours",
            "perform one 3D Jacobi <step|sweep> on {x}",
            "average the six direct neighbours of each point of {x}",
        ),
        titles=("3D Jacobi step", "7-point Jacobi sweep"),
        function="jacobi3d",
    ),
    _volume(
        "seven point average",
        f"(x[i, j, k] + {SEVEN}) / 7",
        nouns=(
            "the <seven-point|7-point> average of {x}",
            "the average of each element of {x} and its six direct neighbours",
        ),
        verbs=(
            "average each point of {x} with its six neighbours",
            "apply a <seven-point|7-point> averaging stencil to {x}",
        ),
        titles=("7-point average stencil",),
        function="average7",
    ),
    _volume(
        "box blur 3d",
        "sum[l in -1..2, o in -1..2, q in -1..2](x[i + l, j + o, k + q]) / 27",
        nouns=(
            "the 3x3x3 box blur of {x}",
            "the mean of the 3x3x3 neighbourhood of each cell of {x}",
            "the 3x3x3 mean filter of {x}",
        ),
        verbs=(
            "apply a 3x3x3 mean filter to {x}",
            "average each cell of {x} with its 26 neighbours",
            "blur {x} with a 3x3x3 box",
        ),
        titles=("3x3x3 mean filter", "3D box blur"),
        function="box_blur3d",
    ),
    _volume(
        "heat step 3d",
        f"x[i, j, k] + a * ({SEVEN} - 6 * x[i, j, k])",
        ", T a",
        roles={"a": "diffusion coefficient"},
        constants={"a": ("0.1", "0.05", "0.125")},
        nouns=(
            "one explicit time step of the 3D heat equation on {x} with {a:diffusion coefficient}",
            "{x} plus {a} times its seven-point Laplacian",
        ),
        verbs=(
            "do one time step of the 3D heat equation on {x} with {a:diffusion coefficient}",
            "advance {x} by one explicit step of 3D heat diffusion with {a:coefficient}",
        ),
        titles=(),
        function="heat3d",
    ),
)


def _steps(name: str, statement: str, rank: int, extra: str = "", **rest: object) -> Operation:
    shape = {1: "n", 2: "n, m", 3: "n, m, p"}[rank]
    kinds = {1: {"u": ("array", "1D grid", "vector", "field")}, 2: GRID, 3: VOLUME}[rank]
    return _op(
        name,
        f"repeat steps {{ {statement} @ B }} for inout T[{shape}] u{extra}, i32 steps",
        kinds=kinds,
        **rest,
    )


UFIVE = FIVE.replace("x[", "u[")
USEVEN = SEVEN.replace("x[", "u[")
ITERATED: tuple[Operation, ...] = (
    _steps(
        "jacobi 1d steps",
        "u[i] = (u[i - 1] + u[i + 1]) / 2",
        1,
        roles={"steps": "number of iterations"},
        constants={"steps": ("10", "100", "5", "20")},
        verbs=(
            (
                "perform {!steps} Jacobi iterations on {u}, each replacing every element by the "
                "average of its two neighbours"
            ),
            "replace {each:u} by the average of its two neighbours, {!steps} times",
            "run {!steps} sweeps of 1D Jacobi relaxation on {u} in place",
            "repeat {!steps} times: replace each element of {u} by the mean of its neighbours, all at once",
        ),
        function="jacobi1d_steps",
    ),
    _steps(
        "smoothing steps",
        "u[i] = (u[i - 1] + u[i] + u[i + 1]) / 3",
        1,
        roles={"steps": "number of passes"},
        constants={"steps": ("10", "3", "5", "2")},
        verbs=(
            "smooth {u} {!steps} times with the three-point average",
            "apply a 3-point moving average to {u} {!steps} times in place",
            "run {!steps} passes of three-point averaging over {u}",
            "repeat {!steps} times: replace every element of {u} by the mean of itself and its two neighbours",
        ),
        function="smooth_steps",
    ),
    _steps(
        "heat 1d steps",
        "u[i] = u[i] + a * (u[i - 1] - 2 * u[i] + u[i + 1])",
        1,
        ", T a",
        roles={"steps": "number of steps", "a": "diffusion coefficient"},
        constants={"steps": ("10", "100", "5"), "a": ("0.1", "0.25", "0.2")},
        verbs=(
            "advance the 1D heat equation on {u} by {!steps} explicit steps with {a:diffusion coefficient}",
            "simulate heat diffusion along {u} for {!steps} time steps with {a:diffusion coefficient}",
            "run {!steps} time steps of 1D diffusion on {u} in place with {a:coefficient}",
            "solve the 1D heat equation on {u} with {!steps} forward Euler steps and {a:diffusion number}",
        ),
        formulas=("u[i] += a * (u[i-1] - 2*u[i] + u[i+1]), repeated steps times",),
        function="heat1d_steps",
    ),
    _steps(
        "upwind steps",
        "u[i] = u[i] - a * (u[i] - u[i - 1])",
        1,
        ", T a",
        roles={"steps": "number of steps", "a": "Courant number"},
        constants={"steps": ("10", "100", "5"), "a": ("0.5", "0.25")},
        verbs=(
            "advect {u} for {!steps} upwind steps with {a:Courant number}",
            "run {!steps} first-order upwind steps on {u} with {a:Courant number}",
            "advance the advection equation on {u} by {!steps} upwind steps with {a:Courant number}",
        ),
        function="upwind_steps",
    ),
    _steps(
        "jacobi 2d steps",
        f"u[i, j] = ({UFIVE}) / 4",
        2,
        roles={"steps": "number of iterations"},
        constants={"steps": ("10", "100", "5", "20")},
        verbs=(
            "perform {!steps} Jacobi iterations on {u}",
            "run {!steps} Jacobi sweeps over {u}, each averaging the four neighbours",
            "solve Laplace's equation on {u} with {!steps} Jacobi iterations",
            "replace every element of {u} by the average of its four neighbours, {!steps} times",
            "repeat {!steps} times: set every point of {u} to the mean of its four neighbours, all at once",
        ),
        titles=(),
        function="jacobi2d_steps",
    ),
    _steps(
        "heat 2d steps",
        f"u[i, j] = u[i, j] + a * ({UFIVE} - 4 * u[i, j])",
        2,
        ", T a",
        roles={"steps": "number of steps", "a": "diffusion coefficient"},
        constants={"steps": ("10", "100", "5"), "a": ("0.1", "0.25", "0.2")},
        verbs=(
            "advance the 2D heat equation on {u} by {!steps} explicit time steps with {a:diffusion coefficient}",
            "simulate heat diffusion on {u} for {!steps} steps with {a:diffusion coefficient}",
            "run {!steps} explicit Euler steps of the heat equation on {u} with {a:diffusion number}",
            "add {a} times the 5-point Laplacian to {u}, {!steps} times",
        ),
        titles=(),
        function="heat2d_steps",
    ),
    _steps(
        "box blur steps",
        "u[i, j] = sum[k in -1..2, l in -1..2](u[i + k, j + l]) / 9",
        2,
        roles={"steps": "number of passes"},
        constants={"steps": ("10", "3", "5", "2")},
        verbs=(
            "blur {u} {!steps} times with a 3x3 box filter",
            "apply a 3x3 mean filter to {u} {!steps} times in place",
            "run {!steps} passes of a 3x3 box blur over {u}",
        ),
        function="box_blur_steps",
    ),
    _steps(
        "jacobi 3d steps",
        f"u[i, j, k] = ({USEVEN}) / 6",
        3,
        roles={"steps": "number of iterations"},
        constants={"steps": ("10", "5", "3")},
        verbs=(
            "perform {!steps} Jacobi iterations on {u}, averaging the six neighbours",
            "run {!steps} 3D Jacobi sweeps over {u}",
            "replace every element of {u} by the average of its six neighbours, {!steps} times",
        ),
        function="jacobi3d_steps",
    ),
    _steps(
        "gauss-seidel 1d",
        "seq u[i] = (u[i - 1] + u[i + 1]) / 2",
        1,
        roles={"steps": "number of sweeps"},
        constants={"steps": ("10", "100", "5")},
        verbs=(
            (
                "perform {!steps} Gauss-Seidel sweeps on {u}, each replacing elements in order by "
                "the average of their two neighbours"
            ),
            "run {!steps} Gauss-Seidel sweeps over {u}, updating each element in order to the mean of its neighbours",
            (
                "relax {u} with {!steps} in-order Gauss-Seidel sweeps, each element becoming the "
                "mean of its two neighbours"
            ),
        ),
        function="gauss_seidel1d",
    ),
    _steps(
        "gauss-seidel 2d",
        f"seq u[i, j] = ({UFIVE}) / 4",
        2,
        roles={"steps": "number of sweeps"},
        constants={"steps": ("10", "100", "5")},
        verbs=(
            "perform {!steps} Gauss-Seidel sweeps on {u}",
            "run {!steps} Gauss-Seidel iterations over {u}, averaging the four neighbours in row-major order",
            "solve Laplace's equation on {u} by {!steps} Gauss-Seidel sweeps",
            "relax {u} with {!steps} in-order Gauss-Seidel sweeps",
        ),
        function="gauss_seidel2d",
    ),
)

LIFE = "sum[k in -1..2, l in -1..2](x[i + k, j + l])"
LIFE_OPERATIONS = tuple(
    _op(
        "game of life",
        (
            f"y[i, j] = {LIFE} == 3 || x[i, j] == 1 && {LIFE} == 4 ? 1 : 0 @ {boundary} for "
            f"i32[n, m] x in 0..2, out i32[n, m] y"
        ),
        types=None,
        kinds={"x": ("grid", "board", "grid of cells", "world"), "y": ("grid", "board")},
        verbs=(
            "compute the next generation of Conway's Game of Life on {x}",
            "advance {x} by one generation of the Game of Life",
            "apply the rules of Conway's Life once to {x}, where 1 is alive and 0 dead",
            "do one step of the game of life on {x} of zeros and ones",
            "evolve {x} by one Game of Life step",
        ),
        nouns=(
            "the next Game of Life generation of {x}",
            "the state after one step of Conway's Game of Life on {x}",
        ),
        titles=("Game of Life step", "Conway's Game of Life, one generation"),
        clauses=(text,),
        function="life_step",
    )
    for boundary, text in (
        ("wrap", " <on a torus|with wrap-around edges|with periodic boundaries>"),
        (
            "zero",
            "<, cells outside being dead|, treating cells outside as dead| with dead cells outside the board>",
        ),
        ("interior", "<, leaving the border cells untouched| for the interior cells only>"),
    )
)


def with_boundary(operation: Operation, rng: random.Random) -> Operation:
    """`@ B` decided; half the time as nothing says otherwise, where it is `interior`."""
    boundary = rng.choices(("", "interior", "zero", "clamp", "wrap", "reflect"), (45, 9, 14, 12, 13, 7))[0]
    program = operation.program.replace("@ B", f"@ {boundary or 'interior'}")
    clauses = (*operation.clauses, rng.choice(BOUNDARIES[boundary])) if boundary else operation.clauses
    return replace(operation, program=program, clauses=clauses)


def draw(rng: random.Random, voice: Voice) -> Draft:
    """A plain stencil, a window of drawn width, an iterated one, shortened differences, or the Game of Life."""
    kind = rng.random()
    if kind < 0.55:
        return compose(voice, with_boundary(rng.choice(PLAIN), rng))
    if kind < 0.72:
        return compose(voice, with_boundary(rng.choice(WINDOWS)(rng), rng))
    if kind < 0.86:
        return compose(voice, with_boundary(rng.choice(ITERATED), rng))
    if kind < 0.96:
        return compose(voice, rng.choice(SHORTENED))
    return compose(voice, rng.choice(LIFE_OPERATIONS))


def window_average(rng: random.Random) -> Operation:
    """Centred, of odd width or of a radius."""
    radius = rng.choice((3, 4, 5, 7, 2, 1))
    width = 2 * radius + 1
    return (
        _line(
            "window average",
            f"sum[k in -{radius}..{radius + 1}](x[i + k]) / {width}",
            nouns=(
                f"the centred moving average of {{x}} with window {width}",
                f"the moving average of {{x}} over a centred window of {width} elements",
                f"the mean over a window of radius {radius} around each element of {{x}}",
                f"the {width}-point centred moving average of {{x}}",
                f"the average of the {width} elements of {{x}} centred at each position",
            ),
            verbs=(
                f"smooth {{x}} with a centred window of {width} elements",
                f"average each element of {{x}} with {radius} neighbours on each side",
                f"apply a box filter of radius {radius} to {{x}}",
                f"apply a centered moving average of width {width} to {{x}}",
                f"blur {{x}} with a box of width {width}",
            ),
            function="moving_average",
        )
        if radius > 2
        else window_extreme(rng)
    )


def window_extreme(rng: random.Random) -> Operation:
    radius = rng.choice((2, 3, 4, 5))
    width = 2 * radius + 1
    op, word, noun = rng.choice((("max", "largest", "maximum"), ("min", "smallest", "minimum")))
    return _line(
        f"window {noun}",
        f"{op}[k in -{radius}..{radius + 1}](x[i + k])",
        types=NUMERIC,
        nouns=(
            f"the sliding {noun} of {{x}} over a centred window of {width}",
            f"the {word} element of {{x}} within distance {radius} of each index",
            f"the {noun} filter of {{x}} with window {width}",
            f"the {noun} over a window of radius {radius} around each element of {{x}}",
        ),
        verbs=(
            f"replace {{each:x}} by the {word} value in a centred window of {width} elements",
            f"apply a {noun} filter of radius {radius} to {{x}}",
            f"slide a centred window of width {width} over {{x}} and ^take the {noun}",
        ),
        function=f"sliding_{op}",
    )


def window_sum(rng: random.Random) -> Operation:
    radius = rng.choice((2, 3, 4, 5))
    width = 2 * radius + 1
    return _line(
        "window sum",
        f"sum[k in -{radius}..{radius + 1}](x[i + k])",
        types=NUMERIC,
        nouns=(
            f"the sliding sum of {{x}} over a centred window of {width}",
            f"the sum of the {width} elements of {{x}} centred at each position",
            f"the sum over a window of radius {radius} around each element of {{x}}",
        ),
        verbs=(
            f"sum each element of {{x}} with {radius} neighbours on each side",
            f"slide a centred window of width {width} over {{x}} and ^sum its elements",
        ),
        function="sliding_sum",
    )


def weighted_five(rng: random.Random) -> Operation:
    """Weights written out, symmetric or not."""
    weights = rng.choice(
        (
            ("1", "4", "6", "4", "1", "16"),
            ("1", "2", "3", "2", "1", "9"),
            ("0.1", "0.2", "0.4", "0.2", "0.1", ""),
            ("1", "1", "2", "1", "1", "6"),
            ("0.05", "0.25", "0.4", "0.25", "0.05", ""),
        )
    )
    *five, total = weights
    terms = " + ".join(
        f"{'' if w == '1' else w + ' * '}x[i{d}]"
        for w, d in zip(five, (" - 2", " - 1", "", " + 1", " + 2"), strict=True)
    )
    text = f"({terms}) / {total}" if total else terms
    listed = ", ".join(five)
    over = f" divided by {total}" if total else ""
    over2 = f"/{total}" if total else ""
    return _line(
        "weighted five",
        text,
        nouns=(
            f"the five-point weighted average of {{x}} with weights {listed}{over}",
            f"{{x}} filtered with the weights {listed}{over}",
        ),
        verbs=(
            f"filter {{x}} with the five-point kernel [{listed}]{over2}",
            f"apply the 5-point stencil ({listed}){over2} to {{x}}",
            f"smooth {{x}} with weights {listed}{over}, centred at each element",
        ),
        function="stencil5",
    )


def weighted_three(rng: random.Random) -> Operation:
    weights = [rng.choice(("1", "2", "3", "0.5", "0.25", "0.1", "0.2", "4")) for _ in range(3)]
    terms = " + ".join(
        f"{'' if w == '1' else w + ' * '}x[i{d}]" for w, d in zip(weights, (" - 1", "", " + 1"), strict=True)
    )
    listed = ", ".join(weights)
    return _line(
        "weighted three numbers",
        terms,
        nouns=(
            (
                f"the sum of each element of {{x}} and its left and right neighbours weighted "
                f"{listed} (left, centre, right)"
            ),
            f"{{x}} filtered with the three weights {listed}",
        ),
        verbs=(
            f"apply the three-point stencil ({listed}) to {{x}}",
            f"apply the 3-point stencil [{listed}] to {{x}}",
            f"filter {{x}} with weights {listed} for left neighbour, element and right neighbour",
        ),
        formulas=(f"y[i] = {terms}",),
        function="stencil3",
    )


def window_square(rng: random.Random) -> Operation:
    radius = rng.choice((1, 2, 3))
    width = 2 * radius + 1
    area = width * width
    body = f"k in -{radius}..{radius + 1}, l in -{radius}..{radius + 1}"
    op, text, noun = rng.choice(
        (
            ("mean", f"sum[{body}](x[i + k, j + l]) / {area}", "mean"),
            ("sum", f"sum[{body}](x[i + k, j + l])", "sum"),
            ("max", f"max[{body}](x[i + k, j + l])", "maximum"),
            ("min", f"min[{body}](x[i + k, j + l])", "minimum"),
            (
                "square mean",
                f"sum[{body}](x[i + k, j + l] * x[i + k, j + l]) / {area}",
                "mean of the squares",
            ),
            ("deviation", f"x[i, j] - sum[{body}](x[i + k, j + l]) / {area}", ""),
        )
    )
    if op == "deviation":
        nouns = (
            f"the difference between each pixel of {{x}} and the mean of its {width}x{width} neighbourhood",
            f"each element of {{x}} minus the average of the {width} by {width} window around it",
        )
        verbs = (
            f"subtract the {width}x{width} local mean from {{x}}",
            f"subtract from each pixel of {{x}} the mean of its {width}x{width} neighbourhood",
        )
    else:
        nouns = (
            f"the {noun} over the {width}x{width} neighbourhood of each pixel of {{x}}",
            f"the {noun} of every {width} by {width} window centred at an element of {{x}}",
        )
        verbs = (
            f"replace each element of {{x}} by the {noun} of its {width}x{width} neighbourhood",
            f"slide a {width}x{width} window over {{x}} and ^take the {noun}",
        )
    return _image(
        f"square window {op}", text, types=FLOATS, nouns=nouns, verbs=verbs, function="window_filter"
    )


WINDOWS: tuple[Callable[[random.Random], Operation], ...] = (
    window_average,
    window_average,
    window_extreme,
    window_sum,
    weighted_five,
    weighted_three,
    window_square,
)


def _short(name: str, text: str, length: str, **rest: object) -> Operation:
    rest.setdefault("types", NUMERIC)
    rest.setdefault("kinds", SIGNAL)
    return _op(name, f"y[i] = {text} for T[n] x, out T[{length}] y", fixed=False, **rest)


SHORTENED: tuple[Operation, ...] = (
    _short(
        "differences",
        "x[i + 1] - x[i]",
        "n - 1",
        nouns=(
            "the differences between consecutive elements of {x}",
            "the first differences of {x}",
            "the first-order differences of {x}, one fewer than elements",
            "the forward differences of {x}",
            "the n - 1 differences of neighbouring elements of {x}",
            "the discrete derivative of {x} (next minus current)",
        ),
        verbs=(
            "subtract each element of {x} from the next one",
            "take the difference of consecutive elements of {x}",
            "difference {x} once",
            "compute successive differences of {x}",
            "subtract from every element of {x} but the first the one before it, giving n - 1 values",
        ),
        titles=("first differences", "diff", "forward difference"),
        formulas=("y[i] = x[i+1] - x[i]",),
        function="differences",
    ),
    _short(
        "pair sums",
        "x[i] + x[i + 1]",
        "n - 1",
        nouns=(
            "the sums of consecutive pairs of elements of {x}",
            "the sums of neighbouring elements of {x}",
            "the sum of each element of {x} and the next",
        ),
        verbs=("add each element of {x} to the next one", "add neighbouring elements of {x}"),
        formulas=("y[i] = x[i] + x[i+1]",),
        function="pair_sums",
    ),
    _short(
        "midpoints",
        "(x[i] + x[i + 1]) / 2",
        "n - 1",
        types=FLOATS,
        nouns=(
            "the midpoints between consecutive elements of {x}",
            "the averages of neighbouring elements of {x}",
            "the mean of each element of {x} and the next",
            "the midpoints of the intervals with edges {x}",
        ),
        verbs=("average each element of {x} with the next one", "average consecutive pairs of {x}"),
        formulas=("y[i] = (x[i] + x[i+1]) / 2",),
        titles=("cell centres from edges",),
        function="midpoints",
    ),
    _short(
        "ratios",
        "x[i + 1] / x[i]",
        "n - 1",
        types=FLOATS,
        nouns=(
            "the ratios of consecutive elements of {x} (next over current)",
            "the growth factors from each element of {x} to the next",
            "each element of {x} but the first divided by the one before it",
        ),
        verbs=("divide each element of {x} by the one before it, giving n - 1 ratios",),
        formulas=("y[i] = x[i+1] / x[i]",),
        function="ratios",
    ),
    _short(
        "returns",
        "(x[i + 1] - x[i]) / x[i]",
        "n - 1",
        types=FLOATS,
        kinds={"x": ("price series", "array of prices", "list of prices", "array")},
        nouns=(
            "the relative changes from each element of {x} to the next",
            "the simple returns of {x}",
            "the relative differences of consecutive elements of {x}",
        ),
        verbs=(
            "compute simple returns of {x}",
            "divide the difference of consecutive elements of {x} by the earlier one",
        ),
        formulas=("y[i] = (x[i+1] - x[i]) / x[i]",),
        titles=("simple returns",),
        function="returns",
    ),
    _short(
        "absolute differences",
        "abs(x[i + 1] - x[i])",
        "n - 1",
        nouns=(
            "the absolute differences between consecutive elements of {x}",
            "the absolute changes from each element of {x} to the next",
        ),
        verbs=("take absolute differences of neighbouring elements of {x}",),
        formulas=("y[i] = |x[i+1] - x[i]|",),
        function="abs_differences",
    ),
    _short(
        "second differences",
        "x[i + 2] - 2 * x[i + 1] + x[i]",
        "n - 2",
        nouns=(
            "the second differences of {x}, two fewer than elements",
            "the second-order forward differences of {x}, n - 2 of them",
        ),
        verbs=(
            "take the second differences of {x}, giving n - 2 values",
            "difference {x} twice, giving two elements less",
        ),
        formulas=("y[i] = x[i+2] - 2*x[i+1] + x[i]",),
        function="second_differences",
    ),
)

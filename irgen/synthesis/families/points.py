"""Points and samples: distances, centroids, boxes, polygons, clusters; means, spreads, errors, fits."""

from __future__ import annotations

import random

from passwright.irgen.synthesis.draft import Draft
from passwright.irgen.synthesis.table import read
from passwright.irgen.synthesis.voice import Voice
from passwright.irgen.synthesis.wording import draw_from

FAMILY = "points"

_GEOMETRY = """
@ squared_distances: squared_cdist
= D[i, j] = sum[k]((A[i, k] - B[j, k]) * (A[i, k] - B[j, k])) for FLT[n, p] A, FLT[m, p] B, out FLT[n, m] D, size n, size m, size p
A: matrix of points
B: matrix of points
N the squared Euclidean distances between every row of {A} and every row of {B}
V compute the squared distance of each row of {A} to each row of {B}
N the matrix of squared distances between the rows of {A} and the rows of {B}
V compute for all pairs of a row of {A} and a row of {B} the sum of squared differences
N the squared pairwise distances of the rows of {A} and {B}

@ nearest_point: nearest_neighbour, closest_row
= t[i] = sum[k]((A[i, k] - x[k]) * (A[i, k] - x[k])); s = argmin[i](t[i]) for FLT[n, m] A, FLT[m] x, size n, size m, return CNT s
A: matrix of points | matrix
x: query point | point | vector
N the index of the row of {A} that is closest to {x}
V find the nearest neighbour of {x} among the rows of {A} and ^return its index
N the index of the point in {A} with the smallest Euclidean distance to {x}
V find which row of {A} is nearest to {x}
V locate the closest row of {A} to {x} in Euclidean distance

@ assign_clusters: kmeans_assign, nearest_centroid
= D[i, j] = sum[k]((A[i, k] - B[j, k]) * (A[i, k] - B[j, k])) over i in 0..n, j in 0..m; y[i] = argmin[j](D[i, j]) for FLT[n, p] A, FLT[m, p] B, out i32[n] y, size n, size m, size p
A: matrix of points
B: matrix of centroids | matrix of cluster centres
V assign each row of {A} to the nearest row of {B}
N for each row of {A} the index of the nearest row of {B}
V do the assignment step of k-means for {A} and {B}
V find for every point in {A} the closest centroid in {B}
N the k-means labels of the rows of {A}, given {B}

@ mean_point: column_centroid, mean_row
= y[j] = sum[i](A[i, j]) / n over j in 0..m for FLT[n, m] A, out FLT[m] y, size n, size m
A: matrix of points | matrix whose rows are points
N the centroid of {A}
N the mean point of {A}, one point in each row
V average the rows of {A}
V compute the centre of the points in the rows of {A}
N the mean of the rows of {A}

@ bounding_box: min_max_columns, bounds
= y[j] = min[i](A[i, j]) over j in 0..m; z[j] = max[i](A[i, j]) over j in 0..m for FLT[n, m] A, out FLT[m] y, out FLT[m] z, size n, size m
A: matrix of points | matrix whose rows are points
V compute the bounding box of {A}: {y} gets the lower and {z} the upper corner
N the bounding box of {A}, smallest and largest coordinates
V find the minimum and the maximum of each column of {A}
N the lower and the upper corner of the box around {A}
V compute per column of {A} the smallest and the largest value, in two arrays

@ polygon_area: shoelace, area_of_polygon
= s = abs(sum[i](x[i] * y[(i + 1) % n] - x[(i + 1) % n] * y[i])) / 2 for FLT[n] x, FLT[n] y, size n, return FLT s
x: +x coordinates | array of x coordinates
y: +y coordinates | array of y coordinates
N the area of a polygon with {x} and {y}
V compute the area of a polygon from {x} and {y} by the shoelace formula
N the polygon area, given {x} and {y} of its vertices
V apply the shoelace formula to {x} and {y}
V calculate the area enclosed by the polygon whose vertices have {x} and {y}

@ polygon_perimeter: perimeter_of_polygon
= s = sum[i](hypot(x[(i + 1) % n] - x[i], y[(i + 1) % n] - y[i])) for FLT[n] x, FLT[n] y, size n, return FLT s
x: +x coordinates | array of x coordinates
y: +y coordinates | array of y coordinates
N the perimeter of a closed polygon with {x} and {y}
V compute the perimeter of a polygon from {x} and {y} of its vertices
N the length around the polygon with {x} and {y}
V add up the side lengths of the closed polygon with {x} and {y}
N the total edge length of a polygon, last vertex joined to the first, given {x} and {y}

@ path_length: polyline_length
= s = sum[i](hypot(x[i + 1] - x[i], y[i + 1] - y[i])) for FLT[n] x, FLT[n] y, size n, return FLT s
x: +x coordinates | array of x coordinates
y: +y coordinates | array of y coordinates
N the length of the polyline with {x} and {y}
V add up the distances between consecutive points with {x} and {y}
N the length of an open path through the points given by {x} and {y}
V compute the total length of a polygonal line from {x} and {y}
N the sum of the segment lengths of an open curve with {x} and {y}

@ distances_to_origin: radii, point_norms
= z[i] = hypot(x[i], y[i]) for FLT[n] x, FLT[n] y, out FLT[n] z, size n
x: +x coordinates | array of x coordinates
y: +y coordinates | array of y coordinates
N the distance from the origin of each point with {x} and {y}
V compute how far each point ({x}, {y}) is from the origin
N the Euclidean norms of 2D points with {x} and {y}
N the radius of each point given by {x} and {y}
V take the length of each planar vector with {x} and {y}

@ count_in_circle: points_in_circle, monte_carlo_pi
= s = count[i](x[i] * x[i] + y[i] * y[i] <= 1) for FLT[n] x, FLT[n] y, size n, return CNT s
x: +x coordinates | array of x coordinates
y: +y coordinates | array of y coordinates
N the number of points with {x} and {y} inside the unit circle
V count the points with {x} and {y} whose distance from the origin is at most 1
N how many of the points given by {x} and {y} lie in the unit disc (border included)
V count for how many points of {x} and {y} the sum of squares does not exceed 1
N the count of points with {x} and {y} within the closed unit circle

@ count_within_radius: points_within, neighbours_in_radius
= s = count[i]((x[i] - a) * (x[i] - a) + (y[i] - b) * (y[i] - b) <= r * r) for FLT[n] x, FLT[n] y, FLT a, FLT b, FLT r, size n, return CNT s
x: +x coordinates | array of x coordinates
y: +y coordinates | array of y coordinates
N the number of points with {x} and {y} within distance {r!} of ({a!}, {b!})
V count the points with {x} and {y} whose distance to ({a!}, {b!}) is at most {r!}
N how many of the points given by {x} and {y} lie in the circle around ({a!}, {b!}) with radius {r!}
V count the points of {x} and {y} inside the circle centred at ({a!}, {b!}) of radius {r!}, border included
N the number of points ({x}, {y}) no farther than {r!} from ({a!}, {b!})

@ translate_points: shift_points
= z[i] = x[i] + a; w[i] = y[i] + b for FLT[n] x, FLT[n] y, FLT a, FLT b, out FLT[n] z, out FLT[n] w, size n
x: +x coordinates | array of x coordinates
y: +y coordinates | array of y coordinates
V translate the points with {x} and {y} by ({a!}, {b!})
V shift all points given by {x} and {y} by {a!} in x and {b!} in y
V move the points with {x} and {y} by the vector ({a!}, {b!})
V add {a!} to {x} and {b!} to {y}, into two new arrays
N the points with {x} and {y} displaced by ({a!}, {b!})

@ rotate_points: rotate_2d
= z[i] = x[i] * cos(t) - y[i] * sin(t); w[i] = x[i] * sin(t) + y[i] * cos(t) for FLT[n] x, FLT[n] y, FLT t, out FLT[n] z, out FLT[n] w, size n
x: +x coordinates | array of x coordinates
y: +y coordinates | array of y coordinates
V rotate the points with {x} and {y} by the angle {t!} around the origin
V rotate all points given by {x} and {y} counterclockwise by {t!} radians
V turn the points ({x}, {y}) about the origin by {t!}
N the points with {x} and {y} rotated by {t!} about the origin
V apply the 2D rotation by the angle {t!} to {x} and {y}

@ to_polar: cartesian_to_polar
= z[i] = hypot(x[i], y[i]); w[i] = atan2(y[i], x[i]) for FLT[n] x, FLT[n] y, out FLT[n] z, out FLT[n] w, size n
x: +x coordinates | array of x coordinates
y: +y coordinates | array of y coordinates
V convert the points with {x} and {y} to polar coordinates
V compute radius and angle of each point given by {x} and {y}
N the polar coordinates (radius, then angle) of the points with {x} and {y}
V turn Cartesian coordinates {x!} and {y!} into polar ones
V transform ({x}, {y}) into radius and angle arrays

@ to_cartesian: polar_to_cartesian
= z[i] = x[i] * cos(y[i]); w[i] = x[i] * sin(y[i]) for FLT[n] x, FLT[n] y, out FLT[n] z, out FLT[n] w, size n
x: +radii | array of radii
y: +angles | array of angles
V convert polar coordinates with {x} and {y} to Cartesian ones
V compute the x and y coordinates from {x} and {y}
N the Cartesian coordinates of the points with {x} and {y}
V turn {x} and {y} into x and y coordinates
V transform polar ({x}, {y}) into Cartesian coordinate arrays

@ triangle_area_points: signed_area
= s = ((c - a) * (p - b) - (q - a) * (d - b)) / 2 for FLT a, FLT b, FLT c, FLT d, FLT q, FLT p, return FLT s
N the signed area of the triangle ({a!}, {b!}), ({c!}, {d!}), ({q!}, {p!})
V compute the signed area of the triangle with corners ({a!}, {b!}), ({c!}, {d!}) and ({q!}, {p!})
N the oriented area of the triangle with vertices ({a!}, {b!}), ({c!}, {d!}), ({q!}, {p!}), positive if counterclockwise
V calculate half the cross product for the triangle ({a!}, {b!}), ({c!}, {d!}), ({q!}, {p!})
N the triangle area with sign, for the points ({a!}, {b!}), ({c!}, {d!}) and ({q!}, {p!})
"""

_SAMPLES = """
@ zscores: standardise, z_score, normalise_zscore
= m = sum[i](x[i]) / n; d = sqrt(sum[i]((x[i] - m) * (x[i] - m)) / n); y[i] = (x[i] - m) / d for FLT[n] x, out FLT[n] y, size n
x: array | vector | list of numbers | +samples
N the z-scores of {x}
V standardise {x} to zero mean and unit variance
V subtract the mean from {x} and ^divide by the standard deviation
V normalise {x} to mean 0 and standard deviation 1
N {x} standardised: minus its mean, over its population standard deviation
V compute the standard scores of {x}

@ centre: remove_mean, center_data
= m = sum[i](x[i]) / n; y[i] = x[i] - m for FLT[n] x, out FLT[n] y, size n
V subtract the mean from every element of {x}
V centre {x} around zero by removing the mean
N {x} minus its mean
V remove the mean of {x}
N the deviations of {x} from the mean

@ minmax_normalise: rescale, normalise_range
= a = min[i](x[i]); b = max[i](x[i]); y[i] = (x[i] - a) / (b - a) for FLT[n] x, out FLT[n] y, size n
V scale {x} linearly to the range from 0 to 1
V normalise {x} so that its minimum becomes 0 and its maximum 1
V apply min-max normalisation to {x}
N {x} rescaled to the unit interval by its minimum and maximum
V subtract the minimum from {x} and ^divide by the range of {x}

@ regression_slope: slope, fit_slope
= m = sum[i](x[i]) / n; p = sum[i](y[i]) / n; s = sum[i]((x[i] - m) * (y[i] - p)) / sum[i]((x[i] - m) * (x[i] - m)) for FLT[n] x, FLT[n] y, size n, return FLT s
N the slope of the least-squares line through the points ({x!}, {y!})
V compute the slope of the linear regression of {y} on {x}
N the regression slope of {y} against {x}
V fit a straight line to {y} over {x} and ^return its slope
N the slope of the best-fit line for {x} and {y}

@ r_squared: determination_coefficient
= m = sum[i](y[i]) / n; s = 1 - sum[i]((y[i] - x[i]) * (y[i] - x[i])) / sum[i]((y[i] - m) * (y[i] - m)) for FLT[n] x, FLT[n] y, size n, return FLT s
x: +predictions | array of predictions
y: +observations | array of observed values
N the coefficient of determination of {x} for {y}
N R squared of {x} against {y}
V compute R^2 for {x} and {y}
N one minus the residual sum of squares over the total sum of squares, for {x} and {y}
V score {x} against {y} by the coefficient of determination

@ accuracy: correct_count, count_correct
= s = count[i](x[i] == y[i]) for INT[n] x, INT[n] y, size n, return CNT s
x: +predicted labels | array of predictions
y: +true labels | array of labels
N the number of correct predictions: positions where {x} equal {y}
V count how many of {x} agree with {y}
V count the correct classifications of {x} against {y}
N how many of {x} match {y}
N the number of positions at which {x} and {y} agree

@ accuracy_rate: accuracy_score
= s = (1.0 * count[i](x[i] == y[i])) / n for i32[n] x, i32[n] y, size n, return f64 s
x: +predicted labels | array of predictions
y: +true labels | array of labels
N the accuracy of {x} against {y} as a fraction
N the share of {x} that equal {y}
V compute the classification accuracy of {x} for {y}
N the fraction of positions where {x} and {y} agree
V divide the number of correct {x} (equal to {y}) by their total number

@ max_window_sum: best_window, max_average_window
= s = max[i in 0..n - k + 1](sum[j in 0..k](x[i + j])) for NUM[n] x, i64 k in 1..n, size n, return NUM s
k: window length | number
k in 2 3 5
N the largest sum of {k!} consecutive elements of {x}
N the maximum sum over all windows of {k!} elements of {x}
V find the window of length {k!} in {x} with the greatest sum and ^return that sum
N the greatest total of any {k!} adjacent elements of {x}
V compute the maximum sum of a subarray of {x} of length {k!}

@ count_outliers: outliers
= m = sum[i](x[i]) / n; d = sqrt(sum[i]((x[i] - m) * (x[i] - m)) / n); s = count[i](abs(x[i] - m) > k * d) for FLT[n] x, FLT k in 1..3, size n, return CNT s
k: factor | number
k in 2 3
N the number of elements of {x} more than {k} standard deviations from the mean
V count the outliers of {x}: values farther than {k} standard deviations from the mean
N how many values of {x} deviate from the mean by more than {k} times the standard deviation
V count the elements of {x} whose distance to the mean exceeds {k} standard deviations
N the count of values in {x} beyond {k} sigma

@ above_average: count_above_mean
= m = 1.0 * sum[i](x[i]) / n; s = count[i](x[i] > m) for NUM[n] x, size n, return CNT s
N the number of elements of {x} greater than the mean
V count the elements of {x} that are above average
N how many values of {x} exceed the average of {x}
V count the values of {x} larger than their mean
S How many elements of {x} are above the average?

"""

OPERATIONS = read(_GEOMETRY + _SAMPLES)


def draw(rng: random.Random, voice: Voice) -> Draft:
    return draw_from(FAMILY, OPERATIONS, rng, voice)

"""Points and samples: distances, centroids, boxes, polygons, clusters; means, spreads, errors, fits."""

from __future__ import annotations

import random

from passwright.irgen.synthesis.draft import Draft
from passwright.irgen.synthesis.table import draw_from, read
from passwright.irgen.synthesis.voice import Voice

FAMILY = "points"

_GEOMETRY = """
@ pairwise_distances: distance_matrix, all_distances
= D[i, j] = sqrt(sum[k]((A[i, k] - A[j, k]) * (A[i, k] - A[j, k]))) over i in 0..n, j in 0..n for FLT[n, m] A, out FLT[n, n] D, size n, size m
A: matrix of points | matrix whose rows are points | set of points as a matrix
N the matrix of Euclidean distances between all pairs of rows of {A}
V compute all pairwise distances between the rows of {A}
N the distance matrix of {A}, one point in each row
N the pairwise Euclidean distances of {A}
V compute the Euclidean distance between every two rows of {A}
V fill a matrix with the distances between all rows of {A}

@ cross_distances: distances_between_sets, cdist
= D[i, j] = sqrt(sum[k]((A[i, k] - B[j, k]) * (A[i, k] - B[j, k]))) for FLT[n, p] A, FLT[m, p] B, out FLT[n, m] D, size n, size m, size p
A: matrix of points
B: matrix of points
N the Euclidean distances between every row of {A} and every row of {B}
V compute the distance of each row of {A} to each row of {B}
N the distance matrix between the rows of {A} and the rows of {B}
V compute all Euclidean distances between the points in the rows of {A} and those in the rows of {B}
S Like cdist: distances between all rows of {A} and all rows of {B}.

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
+ squared_distances, argmin
A: matrix of points | matrix
x: query point | point | vector
N the index of the row of {A} that is closest to {x}
V find the nearest neighbour of {x} among the rows of {A} and ^return its index
N the index of the point in {A} with the smallest Euclidean distance to {x}
V find which row of {A} is nearest to {x}
V locate the closest row of {A} to {x} in Euclidean distance

@ assign_clusters: kmeans_assign, nearest_centroid
= D[i, j] = sum[k]((A[i, k] - B[j, k]) * (A[i, k] - B[j, k])) over i in 0..n, j in 0..m; y[i] = argmin[j](D[i, j]) for FLT[n, p] A, FLT[m, p] B, out i32[n] y, size n, size m, size p
+ squared_distances, argmin
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

@ cross_products_3d: cross_product
= z[0] = x[1] * y[2] - x[2] * y[1]; z[1] = x[2] * y[0] - x[0] * y[2]; z[2] = x[0] * y[1] - x[1] * y[0] for FLT[3] x, FLT[3] y, out FLT[3] z
x: 3-vector | three-dimensional vector | vector in 3D
y: 3-vector | three-dimensional vector | vector in 3D
N the cross product of {x,y}
V compute the cross product of {x,y}
N the vector product of {x,y}
V take the cross product {x!} x {y!} of two vectors with three components
N a vector perpendicular to {x,y}, their cross product

@ triangle_area_points: signed_area
= s = ((c - a) * (p - b) - (q - a) * (d - b)) / 2 for FLT a, FLT b, FLT c, FLT d, FLT q, FLT p, return FLT s
N the signed area of the triangle ({a!}, {b!}), ({c!}, {d!}), ({q!}, {p!})
V compute the signed area of the triangle with corners ({a!}, {b!}), ({c!}, {d!}) and ({q!}, {p!})
N the oriented area of the triangle with vertices ({a!}, {b!}), ({c!}, {d!}), ({q!}, {p!}), positive if counterclockwise
V calculate half the cross product for the triangle ({a!}, {b!}), ({c!}, {d!}), ({q!}, {p!})
N the triangle area with sign, for the points ({a!}, {b!}), ({c!}, {d!}) and ({q!}, {p!})
"""

_SAMPLES = """
@ variance: population_variance, var
= m = sum[i](x[i]) / n; s = sum[i]((x[i] - m) * (x[i] - m)) / n for FLT[n] x, size n, return FLT s
+ mean, variance
x: array | array | vector | list of numbers | +samples | data array
N the [population|] variance of {x}
N the mean squared deviation of {x} from its mean
V compute the variance of {x}
N the variance of {x} (divided by {n!})
V average the squared deviations of {x} from the mean
S What is the variance of {x}?

@ sample_variance: unbiased_variance
= m = sum[i](x[i]) / n; s = sum[i]((x[i] - m) * (x[i] - m)) / (n - 1) for FLT[n] x, size n, return FLT s
+ mean, variance
x: array | vector | list of numbers | +samples
N the sample variance of {x}
N the unbiased variance of {x}, dividing by {n!} - 1
V compute the sample variance of {x} (with {n!} - 1 in the denominator)
N the unbiased estimate of the variance of {x}
N the variance of {x} with Bessel's correction

@ standard_deviation: stddev, std_dev
= m = sum[i](x[i]) / n; s = sqrt(sum[i]((x[i] - m) * (x[i] - m)) / n) for FLT[n] x, size n, return FLT s
+ mean, variance, sqrt
x: array | array | vector | list of numbers | +samples
N the standard deviation of {x}
N the population standard deviation of {x}
V compute the standard deviation of {x}
N the square root of the variance of {x}
N the root mean square deviation of {x} from its mean
S What is the standard deviation of {x}?

@ zscores: standardise, z_score, normalise_zscore
= m = sum[i](x[i]) / n; d = sqrt(sum[i]((x[i] - m) * (x[i] - m)) / n); y[i] = (x[i] - m) / d for FLT[n] x, out FLT[n] y, size n
+ mean, variance, scale
x: array | vector | list of numbers | +samples
N the z-scores of {x}
V standardise {x} to zero mean and unit variance
V subtract the mean from {x} and ^divide by the standard deviation
V normalise {x} to mean 0 and standard deviation 1
N {x} standardised: minus its mean, over its population standard deviation
V compute the standard scores of {x}

@ centre: remove_mean, center_data
= m = sum[i](x[i]) / n; y[i] = x[i] - m for FLT[n] x, out FLT[n] y, size n
+ mean, subtract
V subtract the mean from every element of {x}
V centre {x} around zero by removing the mean
N {x} minus its mean
V remove the mean of {x}
N the deviations of {x} from the mean

@ minmax_normalise: rescale, normalise_range
= a = min[i](x[i]); b = max[i](x[i]); y[i] = (x[i] - a) / (b - a) for FLT[n] x, out FLT[n] y, size n
+ min, max, scale
V scale {x} linearly to the range from 0 to 1
V normalise {x} so that its minimum becomes 0 and its maximum 1
V apply min-max normalisation to {x}
N {x} rescaled to the unit interval by its minimum and maximum
V subtract the minimum from {x} and ^divide by the range of {x}

@ mean_absolute_deviation: mad
= m = sum[i](x[i]) / n; s = sum[i](abs(x[i] - m)) / n for FLT[n] x, size n, return FLT s
+ mean, mean_abs
N the mean absolute deviation of {x} from its mean
V compute the mean absolute deviation of {x}
N the average distance of {x} from the mean
V average the absolute deviations of {x} from the mean
N the MAD of {x} around the mean

@ covariance: cov
= m = sum[i](x[i]) / n; p = sum[i](y[i]) / n; s = sum[i]((x[i] - m) * (y[i] - p)) / n for FLT[n] x, FLT[n] y, size n, return FLT s
+ mean, dot
N the [population|] covariance of {x,y}
V compute the covariance between {x} and {y}
N the mean product of the deviations of {x,y}
N the covariance of {x,y}, divided by the number of elements
V average the products of the deviations of {x} and {y} from their means

@ correlation: pearson, correlation_coefficient
= m = sum[i](x[i]) / n; p = sum[i](y[i]) / n; s = sum[i]((x[i] - m) * (y[i] - p)) / sqrt(sum[i]((x[i] - m) * (x[i] - m)) * sum[i]((y[i] - p) * (y[i] - p))) for FLT[n] x, FLT[n] y, size n, return FLT s
+ mean, dot, divide
N the [Pearson|] correlation coefficient of {x,y}
V compute the Pearson correlation between {x} and {y}
N the correlation of {x,y}
N the linear correlation coefficient between {x} and {y}
V correlate {x} with {y} (Pearson's r)

@ regression_slope: slope, fit_slope
= m = sum[i](x[i]) / n; p = sum[i](y[i]) / n; s = sum[i]((x[i] - m) * (y[i] - p)) / sum[i]((x[i] - m) * (x[i] - m)) for FLT[n] x, FLT[n] y, size n, return FLT s
+ mean, dot, divide
N the slope of the least-squares line through the points ({x!}, {y!})
V compute the slope of the linear regression of {y} on {x}
N the regression slope of {y} against {x}
V fit a straight line to {y} over {x} and ^return its slope
N the slope of the best-fit line for {x} and {y}

@ mse: mean_squared_error
= s = sum[i]((x[i] - y[i]) * (x[i] - y[i])) / n for FLT[n] x, FLT[n] y, size n, return FLT s
N the mean squared error [between|of] {x,y}
N the MSE of {x,y}
V compute the mean squared difference of {x,y}
V average the squared differences of {x,y}
N the mean of the squared errors between {x} and {y}
S What is the mean squared error between {x,y}?

@ rmse: root_mean_squared_error, rms_error
= s = sqrt(sum[i]((x[i] - y[i]) * (x[i] - y[i])) / n) for FLT[n] x, FLT[n] y, size n, return FLT s
+ mse, sqrt
N the root mean squared error [between|of] {x,y}
N the RMSE of {x,y}
V compute the root mean square error between {x} and {y}
N the square root of the mean squared difference of {x,y}
N the RMS of the differences between {x} and {y}

@ mae: mean_absolute_error
= s = sum[i](abs(x[i] - y[i])) / n for FLT[n] x, FLT[n] y, size n, return FLT s
N the mean absolute error [between|of] {x,y}
N the MAE of {x,y}
V compute the mean absolute difference of {x,y}
V average the absolute differences of {x,y}
N the mean of the absolute errors between {x} and {y}

@ max_error: max_abs_difference, linf_distance
= s = max[i](abs(x[i] - y[i])) for NUM[n] x, NUM[n] y, size n, return NUM s
N the largest absolute difference between {x,y}
N the maximum absolute error between {x,y}
V find the greatest deviation between {x,y}
N the Chebyshev distance of {x,y}
N the maximum norm of the difference of {x,y}
N the L-infinity distance between {x,y}

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
+ count, divide
x: +predicted labels | array of predictions
y: +true labels | array of labels
N the accuracy of {x} against {y} as a fraction
N the share of {x} that equal {y}
V compute the classification accuracy of {x} for {y}
N the fraction of positions where {x} and {y} agree
V divide the number of correct {x} (equal to {y}) by their total number

@ moving_average: running_mean, sliding_mean
= y[i] = sum[j in 0..k](x[i + j]) / k over i in 0..n - k + 1 for FLT[n] x, out FLT[n - k + 1] y, size n, size k
+ window_sum, scale
N the moving average of {x} with window {k}, complete windows only
V compute the running mean over every window of {k} elements of {x}
N the mean of each {k!} consecutive elements of {x}
V smooth {x} by averaging each full window of {k} elements
N the sliding means of {x} over {k!} elements

@ moving_max: sliding_max, window_max
= y[i] = max[j in 0..k](x[i + j]) over i in 0..n - k + 1 for NUM[n] x, out NUM[n - k + 1] y, size n, size k in 1..n
N the maximum of each window of {k} consecutive elements of {x}
N the sliding window maximum of {x} with window {k}
V compute the running maximum over every full window of {k} elements of {x}
V find the largest element in each {k!} consecutive elements of {x}
N the moving maximum of {x} over {k!} elements

@ moving_min: sliding_min, window_min
= y[i] = min[j in 0..k](x[i + j]) over i in 0..n - k + 1 for NUM[n] x, out NUM[n - k + 1] y, size n, size k in 1..n
N the minimum of each window of {k} consecutive elements of {x}
N the sliding window minimum of {x} with window {k}
V compute the running minimum over every full window of {k} elements of {x}
V find the smallest element in each {k!} consecutive elements of {x}
N the moving minimum of {x} over {k!} elements

@ max_window_sum: best_window, max_average_window
= s = max[i in 0..n - k + 1](sum[j in 0..k](x[i + j])) for NUM[n] x, i64 k in 1..n, size n, return NUM s
+ window_sum, max
k: window length | number
k in 2 3 5
N the largest sum of {k!} consecutive elements of {x}
N the maximum sum over all windows of {k!} elements of {x}
V find the window of length {k!} in {x} with the greatest sum and ^return that sum
N the greatest total of any {k!} adjacent elements of {x}
V compute the maximum sum of a subarray of {x} of length {k!}

@ range_of_values: spread, value_range
= s = max[i](x[i]) - min[i](x[i]) for NUM[n] x, size n, return NUM s
+ max, min
N the range of {x}: maximum minus minimum
N the difference between the largest and the smallest element of {x}
V subtract the minimum of {x} from its maximum
N the spread between the highest and the lowest value of {x}
V compute the peak-to-peak difference of {x}

@ geometric_mean: geo_mean
= s = exp(sum[i](log(x[i])) / n) for FLT[n] x in 1..10, size n, return FLT s
x: array of positive numbers | list of positive values | +positive numbers
N the geometric mean of {x}
V compute the geometric mean of {x}
N the n-th root of the product of {x}, by logarithms
V average the logarithms of {x} and ^exponentiate the result
N the exponential of the mean logarithm of {x}

@ harmonic_mean: harm_mean
= s = n / sum[i](1 / x[i]) for FLT[n] x in 1..10, size n, return FLT s
x: array of positive numbers | list of positive values | +positive numbers
N the harmonic mean of {x}
V compute the harmonic mean of {x}
N the number of elements of {x} divided by the sum of their reciprocals
V divide the length of {x} by the sum of the reciprocals
N the reciprocal of the mean reciprocal of {x}

@ weighted_mean: weighted_average
= s = sum[i](w[i] * x[i]) / sum[i](w[i]) for FLT[n] x, FLT[n] w in 1..4, size n, return FLT s
+ dot, sum, divide
x: +values | array of values | vector
w: +weights | array of weights
N the weighted mean of {x} with {w}
N the average of {x} weighted by {w}
V compute the weighted average of {x} for {w}
V divide the sum of {x} times {w} by the sum of {w}
N the sum of {x} multiplied by {w}, divided by the sum of {w}

@ rms: root_mean_square, quadratic_mean
= s = sqrt(sum[i](x[i] * x[i]) / n) for FLT[n] x, size n, return FLT s
+ sum_squares, sqrt
N the root mean square of {x}
N the RMS of {x}
V compute the quadratic mean of {x}
N the square root of the mean of the squares of {x}
N the effective value (RMS) of {x}

@ count_outliers: outliers
= m = sum[i](x[i]) / n; d = sqrt(sum[i]((x[i] - m) * (x[i] - m)) / n); s = count[i](abs(x[i] - m) > k * d) for FLT[n] x, FLT k in 1..3, size n, return CNT s
+ mean, variance, count
k: factor | number
k in 2 3
N the number of elements of {x} more than {k} standard deviations from the mean
V count the outliers of {x}: values farther than {k} standard deviations from the mean
N how many values of {x} deviate from the mean by more than {k} times the standard deviation
V count the elements of {x} whose distance to the mean exceeds {k} standard deviations
N the count of values in {x} beyond {k} sigma

@ above_average: count_above_mean
= m = 1.0 * sum[i](x[i]) / n; s = count[i](x[i] > m) for NUM[n] x, size n, return CNT s
+ mean, count
N the number of elements of {x} greater than the mean
V count the elements of {x} that are above average
N how many values of {x} exceed the average of {x}
V count the values of {x} larger than their mean
S How many elements of {x} are above the average?

@ exponential_smoothing: ema, exp_smoothing
= y[0] = x[0]; seq y[i] = a * x[i] + (1 - a) * y[i - 1] over i in 1..n for FLT[n] x, FLT a in 0..1, out FLT[n] y, size n
a: smoothing factor | factor
a in 0.5 0.1 0.25
V smooth {x} exponentially with {a}, starting from its first element
N the exponential moving average of {x} with {a}, the first value being kept
V apply exponential smoothing with {a} to {x}
N the EMA of {x} with {a}, initialised with the first element
V compute an exponentially weighted moving average of {x} with {a}
"""

OPERATIONS = read(_GEOMETRY + _SAMPLES)


def draw(rng: random.Random, voice: Voice) -> Draft:
    return draw_from(FAMILY, OPERATIONS, rng, voice)

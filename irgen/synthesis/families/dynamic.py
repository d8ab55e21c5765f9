"""Dynamic programming: sequence alignment, knapsacks, coins, grids, counting recurrences; values or whole tables."""

from __future__ import annotations

import random

from passwright.irgen.synthesis.draft import Draft
from passwright.irgen.synthesis.table import read
from passwright.irgen.synthesis.voice import Voice
from passwright.irgen.synthesis.wording import draw_from

FAMILY = "dynamic"

OPERATIONS = read("""
@ lcs: longest_common_subsequence, lcs_length
= seq L[i, j] = i == 0 || j == 0 ? 0 : x[i - 1] == y[j - 1] ? L[i - 1, j - 1] + 1 : max(L[i - 1, j], L[i, j - 1]) over i in 0..n + 1, j in 0..m + 1; s = L[n, m] for char[n] x, char[m] y, len n, len m, return CNT s
N the length of the longest common subsequence of {x,y}
N the LCS length of {x,y}
V find the longest common subsequence of {x,y} and ^return its length
N how long the longest common subsequence of {x,y} is
V compute the length of the LCS of {x,y} by dynamic programming
S How long is the longest common subsequence of {x,y}?
N the size of the longest subsequence common to {x,y}

@ lcs_arrays: lcs_int, common_subsequence
= seq L[i, j] = i == 0 || j == 0 ? 0 : x[i - 1] == y[j - 1] ? L[i - 1, j - 1] + 1 : max(L[i - 1, j], L[i, j - 1]) over i in 0..n + 1, j in 0..m + 1; s = L[n, m] for INT[n] x, INT[m] y, size n, size m, return CNT s
x: integer array | array of integers | integer sequence
y: integer array | array of integers | integer sequence
N the length of the longest common subsequence of {x,y}
N the LCS length of {x,y}
V find the longest common subsequence of {x,y} and ^return its length
V compute the length of the LCS of {x,y} by dynamic programming
N how long the longest common subsequence of {x,y} is

@ edit_distance: levenshtein, levenshtein_distance
= seq D[i, j] = i == 0 ? j : j == 0 ? i : min(min(D[i - 1, j], D[i, j - 1]) + 1, D[i - 1, j - 1] + (x[i - 1] == y[j - 1] ? 0 : 1)) over i in 0..n + 1, j in 0..m + 1; s = D[n, m] for char[n] x, char[m] y, len n, len m, return CNT s
N the edit distance [between|of] {x,y}
N the Levenshtein distance [between|of] {x,y}
N the minimum number of insertions, deletions and substitutions that turn {x} into {y}
V compute the Levenshtein distance of {x,y}
V find how many single-character edits turn {x} into {y}
N the smallest number of edits (insert, delete, replace) between {x,y}
S What is the edit distance between {x,y}?

@ longest_common_substring: common_substring
= seq L[i, j] = i == 0 || j == 0 ? 0 : x[i - 1] == y[j - 1] ? L[i - 1, j - 1] + 1 : 0 over i in 0..n + 1, j in 0..m + 1; s = max[i, j](L[i, j]) for char[n] x, char[m] y, len n, len m, return CNT s
N the length of the longest common substring of {x,y}
N the length of the longest contiguous string contained in {x,y}, both of them
V find the longest substring common to {x,y} and ^return its length
N how long the longest common substring of {x,y} is
V compute the longest common substring length of {x,y}

@ longest_palindrome_subsequence: lps
= seq L[i, j] = j == n - 1 - i ? 1 : j < n - 1 - i ? 0 : x[n - 1 - i] == x[j] ? L[i - 1, j - 1] + 2 : max(L[i - 1, j], L[i, j - 1]) over i in 0..n, j in 0..n; s = L[n - 1, n - 1] for char[n] x, len n, return CNT s
N the length of the longest palindromic subsequence of {x}
V find the longest palindromic subsequence of {x} and ^return its length
N how long the longest palindromic subsequence of {x} is
V compute by dynamic programming the length of the longest subsequence of {x} that is a palindrome
N the size of the longest palindrome that is a subsequence of {x}

@ lis: longest_increasing_subsequence, lis_length
= seq t[i] = 1 + (i == 0 ? 0 : max[j in 0..i](x[j] < x[i] ? t[j] : 0)) over i in 0..n; s = max[i](t[i]) for NUM[n] x, size n, return CNT s
N the length of the longest [strictly|] increasing subsequence of {x}
N the LIS length of {x}
V find the longest increasing subsequence of {x} and ^return its length
N how long the longest strictly increasing subsequence of {x} is
V compute the length of the LIS of {x} with dynamic programming
S How long is the longest increasing subsequence of {x}?

@ lnds: longest_nondecreasing_subsequence
= seq t[i] = 1 + (i == 0 ? 0 : max[j in 0..i](x[j] <= x[i] ? t[j] : 0)) over i in 0..n; s = max[i](t[i]) for NUM[n] x, size n, return CNT s
N the length of the longest nondecreasing subsequence of {x}
V find the longest non-decreasing subsequence of {x} and ^return its length
N how long the longest subsequence of {x} that never decreases is
V compute the length of the longest subsequence of {x} in which no element is smaller than the one before
N the longest nondecreasing subsequence length of {x}

@ lis_table: lis_ends
= seq y[i] = 1 + (i == 0 ? 0 : max[j in 0..i](x[j] < x[i] ? y[j] : 0)) over i in 0..n for NUM[n] x, out i32[n] y, size n
N for each element of {x} the length of the longest increasing subsequence that ends there
V compute for every position of {x} the longest strictly increasing subsequence ending at it
N the table of lengths of the longest increasing subsequences of {x} ending at each index
V fill {y} with the LIS lengths of {x} ending at each position
V determine, for each index of {x}, how long an increasing subsequence ending there can be

@ max_sum_increasing: msis
= seq t[i] = x[i] + (i == 0 ? 0 : max[j in 0..i](x[j] < x[i] ? t[j] : 0)) over i in 0..n; s = max[i](t[i]) for INT[n] x in 1..50, size n, return INT s
x: array of positive integers | list of positive numbers
N the maximum sum of an increasing subsequence of {x}
N the largest sum of a strictly increasing subsequence of {x}
V find the increasing subsequence of {x} with the largest sum and ^return the sum
V compute the maximum sum over all strictly increasing subsequences of {x}
N the greatest total that an increasing subsequence of {x} can have

@ knapsack: knapsack_01, zero_one_knapsack
= seq K[i, w] = i == 0 ? 0 : x[i - 1] <= w ? max(K[i - 1, w], K[i - 1, w - x[i - 1]] + y[i - 1]) : K[i - 1, w] over i in 0..n + 1, w in 0..c + 1; s = K[n, c] for INT[n] x in 1..10, INT[n] y in 0..50, INT c in 0..30, size n, return INT s
x: +weights | array of weights
y: +values | array of values
c: capacity
V solve the 0/1 knapsack problem for {x}, {y} and {c}, returning the best value
N the best total value of a 0/1 knapsack with {x}, {y} and {c}
N the maximum value of items with {x} and {y} that fit into a knapsack of {c}
N the 0-1 knapsack optimum for {x}, {y} and {c}
V find the largest value that fits into a knapsack: {x}, {y}, {c}, each item taken at most once
N the largest total value of items ({x}, {y}) whose weight is at most {c}, each item used at most once

@ unbounded_knapsack: knapsack_unbounded
= seq K[w] = w == 0 ? 0 : max(K[w - 1], max[i](x[i] <= w ? K[w - x[i]] + y[i] : 0)) over w in 0..c + 1; s = K[c] for INT[n] x in 1..10, INT[n] y in 0..50, INT c in 0..30, size n, return INT s
x: +weights | array of weights
y: +values | array of values
c: capacity
N the best total value of an unbounded knapsack with {x}, {y} and {c}
V solve the unbounded knapsack problem for {x}, {y} and {c}, returning the best value
N the maximum value that fits into {c} when items with {x} and {y} can be used any number of times
V find the largest value of a knapsack of {c} where each item ({x}, {y}) may be taken repeatedly
N the unbounded knapsack optimum for {x}, {y} and {c}

@ subset_sum: has_subset_sum, can_sum
= seq K[i, w] = w == 0 ? 1 : i == 0 ? 0 : x[i - 1] <= w ? max(K[i - 1, w], K[i - 1, w - x[i - 1]]) : K[i - 1, w] over i in 0..n + 1, w in 0..k + 1; s = K[n, k] == 1 for INT[n] x in 1..20, INT k in 0..60, size n, return bool s
x: array of positive integers | list of positive integers | +positive numbers
k: target | target sum | sum
Q some subset of {x} sums to {k}
Q there is a subset of {x} with sum {k}
Q {x} has a subset that adds up to {k}
Q {k} can be written as a sum of distinct elements of {x}
Q a selection of elements of {x} adds up to exactly {k}
S Subset sum: can elements of {x} add up to {k}?

@ count_subsets: subset_count, count_subset_sums
= seq K[i, w] = i == 0 ? (w == 0 ? 1 : 0) : K[i - 1, w] + (x[i - 1] <= w ? K[i - 1, w - x[i - 1]] : 0) over i in 0..n + 1, w in 0..k + 1; s = K[n, k] for INT[n] x in 1..10, INT k in 0..30, size n, return i64 s
x: array of positive integers | list of positive integers | +positive numbers
k: target | target sum | sum
N the number of subsets of {x} that sum to {k}
V count the subsets of {x} with sum {k}
N in how many ways elements of {x}, each used at most once, add up to {k}
V count the selections of elements of {x} that add up to exactly {k}
N how many subsets of {x} have the sum {k}

@ coin_change_min: min_coins, fewest_coins
= seq K[w] = w == 0 ? 0 : 1 + min[i](x[i] <= w ? K[w - x[i]] : 100000) over w in 0..k + 1; s = K[k] < 100000 ? K[k] : -1 for INT[n] x in 1..10, INT k in 0..40, size n, return CNT s
x: array of coin values | list of coin denominations | +coins
k: amount
N the fewest coins out of {x} that make up {k}, or -1 if impossible
N the minimum number of coins from {x} needed for {k}, -1 if it cannot be made
V solve the coin change problem: fewest coins of {x} for {k}, or -1
V find the smallest number of coins of {x} that sum to {k}; -1 if there is no way
N the least number of coins (any number of each of {x}) with total {k}, -1 if none

@ coin_change_ways: count_change, coin_ways
= seq K[i, w] = w == 0 ? 1 : i == 0 ? 0 : K[i - 1, w] + (x[i - 1] <= w ? K[i, w - x[i - 1]] : 0) over i in 0..n + 1, w in 0..k + 1; s = K[n, k] for INT[n] x in 1..10, INT k in 0..40, size n, return i64 s
x: array of coin values | list of coin denominations | +coins
k: amount
N the number of ways to make {k} with coins {x}, order not counting
N the number of ways to change {k} into {x}
V count the ways to pay {k} with {x}, any number of each, regardless of order
V count the combinations of {x} that sum to {k}
N in how many ways {x}, each usable any number of times, add up to {k}

@ climbing_stairs: climb_stairs, count_ways
= p = 1; q = 1; repeat k { t = p + q; p = q; q = t }; s = p for INT k in 0..40, return i64 s
k: number of steps | number of stairs
N the number of ways to climb {k!} stairs taking 1 or 2 at a time
N in how many ways one can climb {k!} steps, one or two at once
V count the distinct ways to climb a staircase of {k!} steps with 1 or 2 steps at a time
V solve climbing stairs for {k!} steps (1 or 2 at a time)
N how many ways there are to climb {k!} stairs by ones and twos

@ climb_three: tribonacci_stairs
= seq t[i] = i == 0 ? 1 : t[i - 1] + (i > 1 ? t[i - 2] : 0) + (i > 2 ? t[i - 3] : 0) over i in 0..k + 1; s = t[k] for i64 k in 0..30, return i64 s
k: number of steps
N the number of ways to climb {k!} stairs taking 1, 2 or 3 at a time (int64)
V count the ways to climb {k!} steps, up to three at once, with 64-bit integers
N in how many ways one can climb {k!} steps with strides of 1, 2 or 3, {k!} being int64
V count the distinct ways up a staircase of {k!} steps by 1, 2 or 3 at a time; all int64
N the number of ordered sums of 1, 2 and 3 with total {k!} (int64)

@ min_cost_stairs: min_cost_climbing
= seq t[i] = i < 2 ? 0 : min(t[i - 1] + x[i - 1], t[i - 2] + x[i - 2]) over i in 0..n + 1; s = t[n] for NUM[n] x, size n, return NUM s
x: array of costs | cost array | +costs
N the minimum cost to climb past all steps with {x}, moving 1 or 2 steps and starting at step 0 or 1
N the least cost to reach the top of stairs with {x}, one or two steps at a time, from step 0 or 1
V solve min cost climbing stairs for {x}
V find the cheapest way up a staircase with {x}, taking one or two steps, starting at index 0 or 1
N the minimal total of {x} paid when climbing by 1 or 2 steps from index 0 or 1 to the end

@ house_robber: rob, max_nonadjacent_sum
= seq t[i] = i < 1 ? 0 : max(t[i - 1], x[i - 1] + (i > 1 ? t[i - 2] : 0)) over i in 0..n + 1; s = t[n] for INT[n] x in 0..100, size n, return INT s
x: array of nonnegative integers | list of nonnegative integers
N the maximum sum of elements of {x} no two of which are adjacent
N the largest sum of non-adjacent elements of {x}
V solve the house robber problem for {x}
V pick elements of {x}, no two of them neighbours, with the largest sum, and ^return the sum
N the most a robber can take from houses with {x} without robbing two neighbours
N the maximum sum of a subset of {x} without adjacent elements

@ fibonacci_table: fib_table, fibonacci_array
= seq y[i] = i < 2 ? i : y[i - 1] + y[i - 2] over i in 0..n for out i64[n] y, size n
V fill {y} with the Fibonacci numbers 0, 1, 1, 2, ... as 64-bit integers
N the first {n!} Fibonacci numbers as int64, starting with 0 and 1
V generate the Fibonacci sequence in the int64 array {y!}, starting 0, 1
V write the Fibonacci numbers from F(0) = 0 on into the 64-bit integer array {y!}
V tabulate the first {n!} Fibonacci numbers in 64-bit integers

@ tribonacci: tribonacci_number
= p = 0; q = 0; r = 1; repeat k { t = p + q + r; p = q; q = r; r = t }; s = p for INT k in 0..30, return i64 s
k: index | number
N the {k!}-th Tribonacci number of the sequence 0, 0, 1, 1, 2, 4, ...
N the Tribonacci number with index {k!} where T(0) = 0, T(1) = 0, T(2) = 1
V compute T({k!}) of the Tribonacci sequence 0, 0, 1, 1, 2, ...
V compute the {k!}-th term of 0, 0, 1, 1, 2, 4, 7, ... in which each is the sum of three before
N element {k!} of the Tribonacci sequence that begins 0, 0, 1

@ catalan: catalan_number
= seq t[i] = i == 0 ? 1 : sum[j in 0..i](t[j] * t[i - 1 - j]) over i in 0..k + 1; s = t[k] for i64 k in 0..20, return i64 s
k: 64-bit index
N the {k!}-th Catalan number in 64-bit integers
N Catalan number {k!} (int64, C(0) = 1)
V compute the Catalan number with index {k!}, using int64
V compute C({k!}) of the Catalan numbers 1, 1, 2, 5, 14, ... as int64
N the {k!}-th number of the Catalan sequence 1, 1, 2, 5, 14, counted from 0, in int64

@ pascal_triangle: binomials_table, pascal
= seq A[i, j] = j == 0 || i == j ? 1 : j > i ? 0 : A[i - 1, j - 1] + A[i - 1, j] over i in 0..n, j in 0..n for out i64[n, n] A, size n
N the first {n!} rows of Pascal's triangle as a 64-bit integer matrix, zero above the diagonal
V fill the int64 matrix {A!} with Pascal's triangle, zeros to the right of it
V build Pascal's triangle with {n!} rows in an int64 matrix {A!}
V tabulate the binomial coefficients C(i, j) for i, j below {n!} in the int64 matrix {A!}
V write the binomial coefficient of row and column into each element of the int64 matrix {A!}

@ unique_paths: count_paths, grid_paths
= seq t[i, j] = i == 0 || j == 0 ? 1 : t[i - 1, j] + t[i, j - 1] over i in 0..p, j in 0..q; s = t[p - 1, q - 1] for i64 p in 1..12, i64 q in 1..12, return i64 s
p: 64-bit number of rows
q: 64-bit number of columns
N the number of paths from the top left to the bottom right of a {p!} by {q!} grid, moving right or down (int64)
V count the unique paths through a {p!} x {q!} grid going only right and down, with int64
N the number of monotone lattice paths in a grid of {p!} rows and {q!} columns, all int64
V count the ways a robot can go from corner to opposite corner of a {p!} by {q!} grid with right and down moves (64-bit)
N in how many ways one gets through a grid of {p!} rows and {q!} columns moving right or down (int64)

@ paths_obstacles: unique_paths_obstacles
= seq t[i, j] = A[i, j] != 0 ? 0 : i == 0 && j == 0 ? 1 : (i > 0 ? t[i - 1, j] : 0) + (j > 0 ? t[i, j - 1] : 0) over i in 0..n, j in 0..m; s = t[n - 1, m - 1] for INT[n, m] A in 0..2, size n, size m, return i64 s
A: grid | grid of zeros and ones | integer grid
N the number of right and down paths through {A} from corner to corner, where nonzero cells are obstacles
V count the paths from the top left to the bottom right of {A}, moving right or down and avoiding nonzero cells
V count the unique paths in {A} where a nonzero cell is blocked
N how many ways lead from the upper left to the lower right cell of {A} by steps right and down around obstacles (nonzero)
V count the ways through {A}, right or down, that avoid cells that are not 0

@ min_path_sum: cheapest_path, grid_min_path
= seq t[i, j] = A[i, j] + (i == 0 && j == 0 ? 0 : i == 0 ? t[i, j - 1] : j == 0 ? t[i - 1, j] : min(t[i - 1, j], t[i, j - 1])) over i in 0..n, j in 0..m; s = t[n - 1, m - 1] for NUM[n, m] A, size n, size m, return NUM s
A: grid | matrix | cost grid | grid of costs
N the minimum path sum from the top left to the bottom right of {A}, moving right or down
N the least total cost of a path through {A} from corner to opposite corner with moves right and down
V find the cheapest path through {A}, moving only right or down, and ^return its sum
V compute the minimum path sum of {A}
N the smallest sum along a right/down path from the first to the last cell of {A}

@ max_path_sum: best_path, grid_max_path
= seq t[i, j] = A[i, j] + (i == 0 && j == 0 ? 0 : i == 0 ? t[i, j - 1] : j == 0 ? t[i - 1, j] : max(t[i - 1, j], t[i, j - 1])) over i in 0..n, j in 0..m; s = t[n - 1, m - 1] for NUM[n, m] A, size n, size m, return NUM s
A: grid | matrix | grid of values
N the maximum path sum from the top left to the bottom right of {A}, moving right or down
N the largest total of a path through {A} from corner to opposite corner with moves right and down
V find the best path through {A}, moving only right or down, and ^return its sum
V compute the maximum path sum of {A}
N the greatest sum along a right/down path from the first to the last cell of {A}

@ path_table: min_cost_table
= seq B[i, j] = A[i, j] + (i == 0 && j == 0 ? 0 : i == 0 ? B[i, j - 1] : j == 0 ? B[i - 1, j] : min(B[i - 1, j], B[i, j - 1])) over i in 0..n, j in 0..m for NUM[n, m] A, out NUM[n, m] B, size n, size m
A: grid | matrix | cost grid
N for each cell of {A} the minimum cost of a right/down path from the top left to it
V fill a table with the minimum path sums from the top left corner of {A} to every cell, moving right or down
N the table of cheapest right/down path sums of {A}
V compute for every cell of {A} the least sum of a path from the first cell by steps right and down
N the accumulated minimum cost of {A}, with moves to the right and down

@ triangle_path: falling_path, min_falling_path
= seq t[i, j] = A[i, j] + (i == 0 ? 0 : min(t[i - 1, j], min(j > 0 ? t[i - 1, j - 1] : t[i - 1, j], j + 1 < m ? t[i - 1, j + 1] : t[i - 1, j]))) over i in 0..n, j in 0..m; s = min[j in 0..m](t[n - 1, j]) for NUM[n, m] A, size n, size m, return NUM s
A: matrix | grid
N the minimum falling path sum of {A}
N the smallest sum of a path from the first to the last row of {A} that moves to the same or an adjacent column in each row
V find the minimum sum of a falling path through {A}
V compute the cheapest top-to-bottom path in {A}, going straight down or diagonally
N the least sum of a seam of {A} from top to bottom, moving down, down-left or down-right

@ largest_square: maximal_square, max_square_side
= seq t[i, j] = A[i, j] == 0 ? 0 : i == 0 || j == 0 ? 1 : 1 + min(t[i - 1, j - 1], min(t[i - 1, j], t[i, j - 1])) over i in 0..n, j in 0..m; s = max[i, j](t[i, j]) for INT[n, m] A in 0..2, size n, size m, return CNT s
A: binary matrix | matrix of zeros and ones | 0/1 grid
N the side length of the largest square of ones in {A}
V find the largest square in {A} that contains only ones and ^return its side
N the side of the maximal all-ones square of {A}
V compute the edge length of the biggest square block of 1s in {A}
N how long the side of the largest square full of ones in {A} is

@ rod_cutting: cut_rod
= seq t[w] = w == 0 ? 0 : max[i in 0..w](x[i] + t[w - 1 - i]) over w in 0..n + 1; s = t[n] for INT[n] x in 0..50, size n, return INT s
x: array of prices | price array | +prices
N the best revenue from cutting a rod of length {n!}, {x} giving the price of length i + 1 at index i
V solve the rod cutting problem for {x}, where the entry at index i is the price of a piece of length i + 1
N the maximum value obtainable by cutting a rod as long as {x} has entries; index i holds the price of length i + 1
V find the largest revenue for a rod of length {n!} with {x} by piece length (index 0 is length 1)
N the rod cutting optimum for {x}, the price of a piece of length i + 1 being at index i

@ matrix_chain: matrix_chain_order
= seq M[i, j] = j <= n - 1 - i ? 0 : min[k in n - 1 - i..j](M[i, k] + M[n - 2 - k, j] + x[n - 1 - i] * x[k + 1] * x[j + 1]) over i in 0..n, j in 0..n; s = M[n - 1, n - 1] for i64[n + 1] x in 1..20, size n, return i64 s
x: array of 64-bit dimensions | int64 dimension array
N the least number of scalar multiplications for a chain of {n!} matrices with {x} (matrix i has rows x[i] and columns x[i+1])
V solve the matrix chain multiplication problem for {x}
N the minimum cost of multiplying a chain of {n!} matrices with {x}
V find the cheapest order to multiply a chain of matrices with {x} and ^return its cost
N the matrix chain order cost for {x}

@ stock_one: max_profit_once, best_trade
= s = max(0, max[i, j in i + 1..n](x[j] - x[i])) for NUM[n] x, size n, return NUM s
x: array of prices | price list | +prices
N the maximum profit from buying and then selling once, given {x}, 0 if none is possible
N the best profit of one buy and one later sale with {x} (0 if there is no gain)
V find the largest profit from one purchase and one later sale over {x}, at least 0
V compute the best time-to-buy-and-sell profit for {x} with a single transaction, zero if prices only fall
N the largest gain from a single buy and later sell in {x}, never negative

@ stock_many: max_profit_many, total_gains
= s = sum[i in 1..n](max(0, x[i] - x[i - 1])) for NUM[n] x, size n, return NUM s
x: array of prices | price list | +prices
N the maximum profit from any number of buys and sales, one share at a time, given {x}
N the sum of all rises between consecutive days of {x}
V add up all increases between neighbouring entries of {x}
N the total profit possible with unlimited transactions on {x}
V compute the best profit with as many transactions as you like on {x}

@ jump_game: can_jump, reach_end
= seq t[i] = i == 0 || any[j in 0..i](t[j] == 1 && j + x[j] >= i) ? 1 : 0 over i in 0..n; s = t[n - 1] == 1 for INT[n] x in 0..4, size n, return bool s
x: array of jump lengths | list of maximum jump lengths
Q the last index of {x} can be reached from the first, each entry being the longest jump from there
Q one can jump from the first to the last element of {x}, where an entry is the maximum jump length
Q the end of {x} is reachable from index 0
Q starting at index 0, jumps of at most the length that {x} gives lead to the last index
Q the jump game {x} can be won

@ word_count_ways: decode_ways_simple, count_binary_strings
= p = 1; q = 2; repeat k { t = p + q; p = q; q = t }; s = p for INT k in 0..40, return i64 s
k: length | number of digits
N the number of binary strings of length {k!} without two consecutive ones
V count the bit strings of length {k!} that have no two adjacent 1s
N how many binary strings with {k!} digits contain no 11
V count the binary words of length {k!} with no consecutive ones
N the number of ways to choose bits for {k!} places such that no two ones are neighbours

@ pell: pell_number
= p = 0; q = 1; repeat k { t = p + 2 * q; p = q; q = t }; s = p for INT k in 0..25, return i64 s
k: index | number
N the {k!}-th Pell number (0, 1, 2, 5, 12, ...)
V compute the {k!}-th Pell number, P(0) = 0, P(1) = 1
N P({k!}) where P(k) = 2 P(k-1) + P(k-2), P(0) = 0 and P(1) = 1
V compute term {k!} of the Pell sequence 0, 1, 2, 5, 12
N the Pell number with index {k!}

@ lucas: lucas_number
= p = 2; q = 1; repeat k { t = p + q; p = q; q = t }; s = p for INT k in 0..40, return i64 s
k: index | number
N the {k!}-th Lucas number (2, 1, 3, 4, 7, ...)
V compute the {k!}-th Lucas number, L(0) = 2, L(1) = 1
N L({k!}) where L(k) = L(k-1) + L(k-2), L(0) = 2 and L(1) = 1
V compute term {k!} of the Lucas sequence 2, 1, 3, 4, 7
N the Lucas number with index {k!}
""")


def draw(rng: random.Random, voice: Voice) -> Draft:
    return draw_from(FAMILY, OPERATIONS, rng, voice)

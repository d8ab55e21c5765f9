"""Arithmetic on scalars: number theory, series, digits, geometry of single figures, conversions."""

from __future__ import annotations

import random

from passwright.irgen.synthesis.draft import Draft
from passwright.irgen.synthesis.table import read
from passwright.irgen.synthesis.voice import Voice
from passwright.irgen.synthesis.wording import draw_from

FAMILY = "scalars"

_NUMBERS = """
@ gcd: greatest_common_divisor, gcd_of
= s = gcd(p, q) for INT p in 1..1000, INT q in 1..1000, return INT s
p: integer | number | positive integer
q: integer | number | positive integer
N the greatest common divisor of {p,q}
N the gcd of {p,q}
N the largest number that divides both {p,q}
N the highest common factor of {p,q}
V compute the GCD of {p,q}
V use Euclid's algorithm to find the greatest common divisor of {p,q}
S What is the greatest common divisor of {p,q}?
N the HCF of {p,q}

@ lcm: least_common_multiple, lcm_of
= s = lcm(p, q) for INT p in 1..1000, INT q in 1..1000, return INT s
p: integer | number | positive integer
q: integer | number | positive integer
N the least common multiple of {p,q}
N the lcm of {p,q}
N the smallest positive number divisible by both {p,q}
N the lowest common multiple of {p,q}
V compute the LCM of {p,q}
S What is the least common multiple of {p,q}?

@ gcd_array: array_gcd
= s = x[0]; seq s = gcd(s, x[i]) over i in 1..n for INT[n] x in 1..1000, size n, return INT s
N the greatest common divisor of all elements of {x}
N the gcd of {x}
N the largest number dividing every element of {x}
V fold the gcd over {x}
V find the greatest common divisor of the numbers in {x}

@ factorial: fact, compute_factorial
= s = prod[i in 1..k + 1](i) for INT k in 0..13, return i64 s
k: nonnegative integer | number | integer
N the factorial of {k}
N {k} factorial
N {k!}!
N the product of the integers from 1 to {k}
V compute the factorial of {k}
V multiply all integers from 1 to {k}
S What is {k} factorial?

@ fibonacci: fib, nth_fibonacci
= p = 0; q = 1; repeat k { t = p + q; p = q; q = t }; s = p for INT k in 0..40, return i64 s
k: number | index | nonnegative integer
N the {k!}-th Fibonacci number, with F(0) = 0 and F(1) = 1
N the {k!}-th Fibonacci number
N the Fibonacci number with index {k}
N fib({k!})
N the {k!}-th number of the Fibonacci sequence 0, 1, 1, 2, 3, ...
V compute the {k!}-th Fibonacci number iteratively
S Compute the {k!}-th term of the Fibonacci sequence, starting at F(0) = 0.

@ integer_power: int_pow, power
= s = 1; repeat k { s = s * p } for INT p in 1..6, INT k in 0..8, return i64 s
p: base | integer | number
k: exponent | power
N {p} raised to the power {k}
N {p} to the {k!}-th power
N the {k!}-th power of {p}
V raise {p} to {k}
V multiply {p} by itself {k!} times, starting from 1
S Integer power: {p} to the {k!}.

@ power_mod: mod_pow, modular_power
= s = 1 % m; repeat k { s = s * p % m } for i64 p in 0..1000, i64 k in 0..1000, i64 m in 1..10000, return i64 s
p: 64-bit base
k: 64-bit exponent
m: 64-bit modulus
N {p!} to the power {k!} modulo {m!}, with 64-bit integers
V compute {p!}^{k!} mod {m!} with int64
N the modular power {p!}^{k!} mod {m!} (64-bit)
V raise {p} to {k} modulo {m}
N the remainder of {p!}^{k!} divided by {m!} (all int64)

@ is_prime: prime, check_prime, prime_test
= s = p > 1 && !any[i in 2..p](p % i == 0) for INT p in 0..1000, return bool s
p: number | integer | number | positive integer
Q {p} is [prime|a prime number|a prime]
Q {p} has no divisor other than 1 and itself
Q {p} is greater than 1 and divisible only by 1 and itself
Q the number {p!} is prime
S Is {p} prime?
V check {p} for primality
V test {p} for being prime
Q {p} is a prime (greater than 1, no divisors besides 1 and itself)

@ count_divisors: num_divisors, divisor_count
= s = count[i in 1..p + 1](p % i == 0) for INT p in 1..1000, return CNT s
p: number | integer | positive integer
N the number of divisors of {p}
N the number of positive integers that divide {p}
N how many divisors {p} has
V count the divisors of {p}, including 1 and itself
V count all positive divisors of {p}
S How many divisors does {p} have?

@ sum_divisors: divisor_sum, sigma
= s = sum[i in 1..p + 1 | p % i == 0](i) for INT p in 1..1000, return i64 s
p: number | integer | positive integer
N the sum of [all|the] divisors of {p}
N the sum of all positive integers that divide {p}
N the sum of the divisors of {p}, including itself
V add up all divisors of {p}
V sum the positive divisors of {p}

@ is_perfect: perfect_number, perfect
= s = p > 1 && sum[i in 1..p | p % i == 0](i) == p for INT p in 1..1000, return bool s
p: number | integer
Q {p} is a perfect number
Q {p} is perfect
Q {p} equals the sum of its proper divisors
Q {p} is a perfect number, the sum of its divisors below itself
S Is {p} a perfect number?

@ count_primes: primes_below, prime_count
= s = count[p in 2..k](!any[i in 2..p](p % i == 0)) for INT k in 2..500, return CNT s
k: number | limit | bound
k in 10 100
N the number of primes below {k}
N how many primes are less than {k}
V count the prime numbers smaller than {k}
V count the primes less than {k}
N the number of prime numbers strictly less than {k}
S How many primes are there below {k}?

@ prime_flags: sieve, is_prime_table
= y[p] = p > 1 && !any[i in 2..p](p % i == 0) ? 1 : 0 for out u8[n] y, size n
V mark for each index of the byte array {y!} whether it is prime: 1 if so, else 0
V fill the byte array {y!} with 1 at prime indices and 0 elsewhere
V sieve the primes below {n!} into the byte array {y!}, 1 for a prime
N the prime table as bytes: 1 where the index is prime and 0 elsewhere, for the numbers below {n!}
V set each byte of {y} to 1 if its index is a prime number and to 0 if not

@ euler_phi: totient, phi
= s = count[i in 1..p + 1](gcd(i, p) == 1) for i64 p in 1..1000, return CNT s
p: 64-bit integer
N Euler's totient of {p}
N the number of integers from 1 to {p} that are coprime to it, {p~} being an int64
N phi({p!}), Euler's totient function, for a 64-bit integer {p!}
V count the integers from 1 to {p} that have no common factor with it (64-bit)
N the totient of {p}

@ coprime: are_coprime, relatively_prime
= s = gcd(p, q) == 1 for INT p in 1..1000, INT q in 1..1000, return bool s
p: integer | number
q: integer | number
Q {p,q} are coprime
Q {p,q} are relatively prime
Q {p,q} have no common divisor greater than 1
Q the greatest common divisor of {p,q} is 1
Q {p,q} share no factor other than 1
S Are {p,q} coprime?

@ digit_sum: sum_digits, sum_of_digits
= t = p; repeat 20 { s += t % 10; t = t / 10 } for INT p in 0..1000000, return CNT s
p: number | integer | nonnegative integer
N the sum of the [decimal|] digits of {p}
N the digit sum of {p}
V add up the digits of {p}
V sum the decimal digits of {p}
N the cross sum of {p}
S What is the sum of the digits of {p}?

@ digit_count: count_digits, num_digits
= t = p; s = 1; repeat 20 { t = t / 10; s = s + (t > 0 ? 1 : 0) } for INT p in 0..1000000, return CNT s
p: nonnegative number | nonnegative integer | nonnegative integer
N the number of decimal digits of {p}
N how many digits {p} has
V count the digits of {p}
N the length of {p} in decimal digits
V count the decimal digits in {p}, 1 for zero

@ reverse_digits: reverse_number, reversed_integer
= t = p; repeat 20 { s = t > 0 ? s * 10 + t % 10 : s; t = t / 10 } for INT p in 0..1000000, return i64 s
p: nonnegative integer | number | positive integer
N {p} with its decimal digits in reverse order
V reverse the digits of {p}
N the number whose digits are those of {p} reversed
V write {p} backwards in decimal and ^return the resulting number
N the digit reversal of {p}

@ sum_to_n: sum_first, triangular, gauss_sum
= s = sum[i in 1..k + 1](i) for INT k in 0..1000, return i64 s
k: number | positive integer | limit
k in 10 100
N the sum of the integers from 1 to {k}
N the sum 1 + 2 + ... + {k!}
V add up all integers from 1 to {k}
V sum the first {k!} natural numbers
N the {k!}-th triangular number
N the sum of the first {k!} positive integers
S What is 1 + 2 + 3 + ... + {k!}?

@ sum_squares_to: sum_of_squares
= s = sum[i in 1..k + 1](i * i) for INT k in 0..500, return i64 s
k: number | positive integer | limit
k in 10 100
N the sum of the squares of the integers from 1 to {k}
N the sum of the first {k!} square numbers
N 1^2 + 2^2 + ... + {k!}^2
V add up the squares of the numbers 1 to {k}
V sum i*i for i from 1 to {k}

@ sum_cubes_to: sum_of_cubes
= s = sum[i in 1..k + 1](i * i * i) for INT k in 0..100, return i64 s
k: number | positive integer | limit
k in 10 50
N the sum of the cubes of the integers from 1 to {k}
N the sum of the first {k!} cubes
N 1^3 + 2^3 + ... + {k!}^3
V add up the cubes of the numbers 1 to {k}
V sum i*i*i for i from 1 to {k}

@ sum_odd: sum_odd_to
= s = sum[i in 1..k + 1 | i % 2 == 1](i) for INT k in 0..1000, return i64 s
k: limit | number | bound
k in 10 100
N the sum of all odd numbers from 1 to {k}
V add up the odd integers between 1 and {k}, inclusive
N the sum of the odd numbers up to and including {k}
V sum every odd number from 1 to {k}
N the total of the odd integers not greater than {k}

@ sum_even: sum_even_to
= s = sum[i in 1..k + 1 | i % 2 == 0](i) for INT k in 0..1000, return i64 s
k: limit | number | bound
k in 10 100
N the sum of all even numbers from 1 to {k}
V add up the even integers between 1 and {k}, inclusive
N the sum of the even numbers up to and including {k}
V sum every even number from 1 to {k}
N the total of the even integers from 1 to {k}

@ sum_multiples: multiples_sum, euler_one
= s = sum[i in 1..k | i % 3 == 0 || i % 5 == 0](i) for INT k in 1..1000, return i64 s
k: limit | number | bound
k in 10 1000
N the sum of all multiples of 3 or 5 below {k}
V add up the natural numbers less than {k} that are multiples of 3 or 5
N the sum of the numbers below {k} that are divisible by 3 or 5
V sum every number under {k} divisible by 3 or by 5
N the total of all integers from 1 to {k} exclusive that 3 or 5 divides

@ harmonic: harmonic_number
= s = sum[i in 1..k + 1](1.0 / i) for i32 k in 0..1000, return f64 s
k: number | positive integer | number of terms
k in 10 100
N the {k!}-th harmonic number
N the sum 1 + 1/2 + 1/3 + ... + 1/{k!}
V add up the reciprocals of the integers from 1 to {k}
N the harmonic sum up to {k}
V sum 1/i for i from 1 to {k}

@ leibniz_pi: pi_leibniz
= s = 4 * sum[i in 0..k](i % 2 == 0 ? 1.0 / (2 * i + 1) : -1.0 / (2 * i + 1)) for i32 k in 1..1000, return f64 s
k: number of terms
k in 10 100 1000
V approximate pi with {k!} terms of the Leibniz series
N pi from the first {k!} terms of the Leibniz series 4 (1 - 1/3 + 1/5 - ...)
V compute pi by {k!} terms of Leibniz's formula
V sum {k!} terms of the series 4/1 - 4/3 + 4/5 - ...
N an approximation of pi, by the Leibniz series with {k!} terms

@ binomial: choose, binomial_coefficient
= s = 1; seq s = s * (p - q + i) / i over i in 1..q + 1 for i64 p in 0..30, i64 q in 0..15, return i64 s
p: 64-bit integer
q: 64-bit integer
N the binomial coefficient {p!} choose {q!} (int64)
V compute C({p!}, {q!}), the binomial coefficient, with 64-bit integers
N {p!} choose {q!} as 64-bit integers
N the number of ways to choose {q!} items out of {p!} (all int64)
V evaluate the binomial coefficient of {p!} over {q!} in int64

@ is_power_of_two: power_of_two, is_pow2
= s = p > 0 && (p & p - 1) == 0 for INT p in 0..2000, return bool s
p: number | integer
Q {p} is a power of two
Q {p} is a power of 2
Q {p} equals 2 to some power
Q exactly one bit of {p} is set, {p~} being positive
S Is {p} a power of two?

@ is_even: even
= s = p % 2 == 0 for INT p, return bool s
p: number | integer
Q {p} is even
Q {p} is an even number
Q {p} is divisible by two
Q {p} leaves no remainder when divided by 2
Q 2 divides {p}
S Is {p} even?

@ is_odd: odd
= s = p % 2 != 0 for INT p, return bool s
p: number | integer
Q {p} is odd
Q {p} is an odd number
Q {p} is not divisible by 2
Q {p} leaves a remainder when divided by 2
S Is {p} odd?

@ is_divisible: divides, divisible
= s = p % q == 0 for INT p in 0..1000, INT q in 1..50, return bool s
p: number | integer
q: divisor | number | integer
q in 3 5 7
Q {p} is divisible by {q}
Q {q} divides {p}
Q {p} is a multiple of {q}
Q dividing {p} by {q} leaves no remainder
Q {p} modulo {q} is zero

@ is_leap_year: leap_year, leap
= s = p % 4 == 0 && p % 100 != 0 || p % 400 == 0 for INT p in 1..3000, return bool s
p: year | given year | calendar year
Q {p} is a leap year
Q {p} is a leap year of the Gregorian calendar
Q {p} has 366 days
Q {p} is divisible by 4 but not by 100, or divisible by 400
S Is {p} a leap year?

@ is_square: perfect_square
= s = any[i in 0..p + 1](i * i == p) for INT p in 0..1000, return bool s
p: number | nonnegative integer
Q {p} is a perfect square
Q {p} is the square of an integer
Q {p} is a square number
Q some integer squared gives {p}
S Is {p} a perfect square?

@ integer_sqrt: isqrt, floor_sqrt
= s = last[i in 0..p + 1](i * i <= p) for INT p in 0..1000, return CNT s
p: nonnegative integer | number
N the integer square root of {p}
N the largest integer whose square is not greater than {p}
N the square root of {p} rounded down
N the floor of the square root of {p}, computed with integers
V compute the integer square root of {p}

@ collatz_step: next_collatz
= s = p % 2 == 0 ? p / 2 : 3 * p + 1 for INT p in 1..1000, return INT s
p: number | positive integer
N the next Collatz number after {p}
V halve {p} if it is even, else ^multiply it by 3 and ^add 1
N the Collatz successor of {p}
N {p} / 2 if {p!} is even, otherwise 3 * {p!} + 1
V do one Collatz step on {p}
"""

_CHOICES = """
@ max_of_two: maximum, max2, larger
= s = max(a, b) for NUM a, NUM b, return NUM s
N the [larger|greater|maximum|bigger] of {a,b}
N the maximum of {a,b}
V return the larger of {a,b}
V compare {a,b} and ^return the greater one
S Which of {a,b} is greater? Return it.
N whichever of {a,b} is larger

@ min_of_two: minimum, min2, smaller
= s = min(a, b) for NUM a, NUM b, return NUM s
N the [smaller|lesser|minimum] of {a,b}
N the minimum of {a,b}
V return the smaller of {a,b}
V compare {a,b} and ^return the lesser one
N whichever of {a,b} is smaller
S Which of {a,b} is smaller? Return it.

@ max_of_three: max3, largest_of_three
= s = max(max(a, b), c) for NUM a, NUM b, NUM c, return NUM s
N the [largest|maximum|greatest] of {a,b,c}
N the maximum of {a,b,c}
V return the largest of {a,b,c}
V find the biggest of {a,b,c}
S Which of {a,b,c} is the largest? Return it.
V compare {a,b,c} and ^return the greatest

@ min_of_three: min3, smallest_of_three
= s = min(min(a, b), c) for NUM a, NUM b, NUM c, return NUM s
N the [smallest|minimum|least] of {a,b,c}
N the minimum of {a,b,c}
V return the smallest of {a,b,c}
V find the lowest of {a,b,c}
V compare {a,b,c} and ^return the least

@ absolute_difference: abs_diff, distance
= s = abs(a - b) for NUM a, NUM b, return NUM s
N the absolute difference of {a,b}
N the absolute value of the difference between {a,b}
N |{a!} - {b!}| for two numbers
N how far apart {a,b} are
N the distance between {a,b} on the number line

@ add_two: add, sum_of_two
= s = a + b for NUM a, NUM b, return NUM s
N the sum of {a,b}
V add {a,b}
V add {a,b} and ^return the result
N {a!} + {b!}, both being numbers
N {a} plus {b}
S Add two numbers {a!} and {b!} and return the sum.

@ multiply_two: product_of_two, mul
= s = a * b for NUM a, NUM b, return NUM s
N the product of {a,b}
V multiply {a,b}
V multiply {a} by {b}
N {a!} * {b!} for two numbers
N {a} times {b}

@ subtract_two: difference, sub
= s = a - b for NUM a, NUM b, return NUM s
V subtract the number {b!} from the number {a!}
N {a!} - {b!}, both numbers
N the number {a!} minus the number {b!}
N the difference {a!} - {b!} of two numbers
S Take two numbers {a!} and {b!} and return {a!} minus {b!}.

@ average_two: mean_of_two, midpoint
= s = (a + b) / 2 for FLT a, FLT b, return FLT s
N the average of {a,b}
N the mean of {a,b}
N the midpoint between {a,b}
N half the sum of {a,b}
V average {a,b}

@ average_three: mean3
= s = (a + b + c) / 3 for FLT a, FLT b, FLT c, return FLT s
N the average of {a,b,c}
N the mean of {a,b,c}
N the arithmetic mean of {a,b,c}
V average {a,b,c}
V add {a,b,c} and ^divide by 3

@ clamp_scalar: clamp_value, limit
= s = min(max(a, p), q) for NUM a, NUM p, NUM q, return NUM s
a: number | value
p: lower bound | minimum | lower limit
q: upper bound | maximum | upper limit
V clamp {a} between {p} and {q}
V limit {a} to the range from {p} to {q}
V restrict {a} to the interval from {p} to {q}
N {a} clamped to lie between {p} and {q}
V return {p!} if {a!} is below it, {q!} if {a!} is above that, and {a!} otherwise

@ sign_of: signum, sign_value
= s = a > 0 ? 1 : a < 0 ? -1 : 0 for NUM a, return CNT s
a: number | value
N the sign of {a} as -1, 0 or 1
V return 1 if {a!} is positive, -1 if {a!} is negative and 0 if {a!} is zero
N the signum of {a} (1, 0 or -1)
N -1, 0 or 1 depending on whether {a!} is negative, zero or positive
V determine the sign of {a}: 1, -1 or 0

@ in_interval: between, within
= s = a >= p && a <= q for NUM a, NUM p, NUM q, return bool s
a: number | value
p: lower bound | lower limit
q: upper bound | upper limit
Q {a} lies between {p} and {q}, inclusive
Q {a} is at least {p} and at most {q}
Q {a} is in the closed interval from {p} to {q}
Q {a} is within the range from {p} to {q} (bounds included)
Q {a} is not below {p} and not above {q}

@ is_triangle: valid_triangle
= s = a + b > c && a + c > b && b + c > a for NUM a in 1..20, NUM b in 1..20, NUM c in 1..20, return bool s
a: length | side length | number
b: length | side length | number
c: length | side length | number
Q {a,b,c} can be the sides of a triangle
Q {a,b,c} form a triangle
Q a triangle with the sides {a,b,c} exists
Q any two of {a,b,c} together are longer than the third
Q {a,b,c} satisfy the triangle inequality

@ is_right_triangle: pythagorean
= s = a * a + b * b == c * c for INT a in 1..50, INT b in 1..50, INT c in 1..50, return bool s
a: side | leg
b: side | leg
c: side | hypotenuse
Q {a!}, {b!} and {c!} form a right triangle with hypotenuse {c!}
Q {a!}^2 + {b!}^2 equals {c!}^2
Q {a!}, {b!}, {c!} is a Pythagorean triple with the longest side {c!}
Q the square of {c!} is the sum of the squares of {a!} and {b!}
Q a triangle with legs {a!} and {b!} and hypotenuse {c!} has a right angle

@ same_sign: opposite_signs
= s = a < 0 != (b < 0) for INT a, INT b, return bool s
Q {a,b} have opposite signs
Q exactly one of {a,b} is negative
Q one of {a,b} is negative and the other is not
Q {a,b} differ in sign (zero counts as positive)
Q the signs of {a,b} are different, zero being positive
"""

_FORMULAS = """
@ circle_area: area_of_circle
= s = 3.141592653589793 * r * r for FLT r, return FLT s
r: radius | radius
N the area of a circle with radius {r!}
N the area of a circle of radius {r!}
V compute the area of a circle from its radius {r!}
N pi times {r!} squared
V calculate how large a circle of radius {r!} is in area

@ circumference: circle_perimeter
= s = 2 * 3.141592653589793 * r for FLT r, return FLT s
r: radius
N the circumference of a circle with radius {r!}
N the perimeter of a circle of radius {r!}
N 2 pi {r!}
V compute the circumference of a circle from its radius {r!}
V calculate the length around a circle of radius {r!}

@ rectangle_area: area_of_rectangle
= s = a * b for FLT a, FLT b, return FLT s
a: width | side
b: height | side
N the area of a rectangle with sides {a!} and {b!}
N the area of a rectangle of width {a!} and height {b!}
V compute the area of a rectangle from its width {a!} and height {b!}
V calculate the rectangular area {a!} by {b!}
N a rectangle's area, given its sides {a!} and {b!}

@ rectangle_perimeter: perimeter_of_rectangle
= s = 2 * (a + b) for FLT a, FLT b, return FLT s
N the perimeter of a rectangle with sides {a!} and {b!}
N the perimeter of a rectangle of width {a!} and height {b!}
V compute the perimeter of a rectangle from its sides {a!} and {b!}
N the length around a rectangle that measures {a!} by {b!}
N twice the sum of {a!} and {b!}

@ triangle_area: area_of_triangle
= s = a * b / 2 for FLT a, FLT b, return FLT s
N the area of a triangle with base {a!} and height {b!}
V compute a triangle's area from its base {a!} and height {b!}
N half the product of base {a!} and height {b!}
N the area of a triangle, given base {a!} and height {b!}
V calculate the area of a triangle whose base is {a!} and whose height is {b!}

@ heron: triangle_area_sides, heron_area
= p = (a + b + c) / 2; s = sqrt(p * (p - a) * (p - b) * (p - c)) for FLT a in 5..8, FLT b in 5..8, FLT c in 5..8, return FLT s
N the area of a triangle with sides {a!}, {b!} and {c!} by Heron's formula
V use Heron's formula for the area of a triangle with sides {a!}, {b!}, {c!}
N the area of a triangle, given its three sides {a!}, {b!} and {c!}
V compute the area of the triangle with side lengths {a!}, {b!} and {c!}
N Heron's area for the sides {a!}, {b!}, {c!}

@ sphere_volume: volume_of_sphere
= s = 4.0 / 3 * 3.141592653589793 * r * r * r for FLT r, return FLT s
N the volume of a sphere with radius {r!}
N the volume of a ball of radius {r!}
V compute the volume of a sphere from its radius {r!}
N four thirds of pi times the cube of {r!}
V calculate a sphere's volume, given its radius {r!}

@ sphere_surface: surface_of_sphere
= s = 4 * 3.141592653589793 * r * r for FLT r, return FLT s
N the surface area of a sphere with radius {r!}
N the surface of a ball of radius {r!}
V compute the surface area of a sphere from its radius {r!}
N 4 pi {r!} squared
V calculate a sphere's surface, given its radius {r!}

@ cylinder_volume: volume_of_cylinder
= s = 3.141592653589793 * r * r * h for FLT r, FLT h, return FLT s
N the volume of a cylinder with radius {r!} and height {h!}
V compute the volume of a cylinder from its radius {r!} and its height {h!}
N a cylinder's volume, given radius {r!} and height {h!}
N pi times {r!} squared times {h!}
V calculate how much a cylinder of radius {r!} and height {h!} holds

@ cone_volume: volume_of_cone
= s = 3.141592653589793 * r * r * h / 3 for FLT r, FLT h, return FLT s
N the volume of a cone with radius {r!} and height {h!}
V compute the volume of a cone from its base radius {r!} and its height {h!}
N a cone's volume, given radius {r!} and height {h!}
N one third of pi times {r!} squared times {h!}
V calculate the volume of a circular cone of radius {r!} and height {h!}

@ box_volume: cuboid_volume
= s = a * b * c for FLT a, FLT b, FLT c, return FLT s
N the volume of a box with sides {a!}, {b!} and {c!}
N the volume of a cuboid with edges {a!}, {b!}, {c!}
V compute a box's volume from length {a!}, width {b!} and height {c!}
N the product of {a!}, {b!} and {c!}
V multiply {a!}, {b!} and {c!}

@ box_surface: cuboid_surface
= s = 2 * (a * b + a * c + b * c) for FLT a, FLT b, FLT c, return FLT s
N the surface area of a box with sides {a!}, {b!} and {c!}
N the surface of a cuboid with edges {a!}, {b!}, {c!}
V compute a box's surface area from length {a!}, width {b!} and height {c!}
N twice the sum of the pairwise products of {a!}, {b!} and {c!}
V calculate the total surface of a rectangular box measuring {a!} by {b!} by {c!}

@ trapezoid_area: area_of_trapezoid
= s = (a + b) * h / 2 for FLT a, FLT b, FLT h, return FLT s
N the area of a trapezoid with parallel sides {a!} and {b!} and height {h!}
V compute a trapezoid's area from its parallel sides {a!} and {b!} and its height {h!}
N the area of a trapezium with bases {a!} and {b!} and height {h!}
N half the sum of {a!} and {b!} times {h!}
V calculate the trapezoidal area for bases {a!}, {b!} and height {h!}

@ hypotenuse: hypot_of, pythagoras
= s = sqrt(a * a + b * b) for FLT a, FLT b, return FLT s
N the hypotenuse of a right triangle with legs {a!} and {b!}
N the length of the hypotenuse, given the legs {a!} and {b!}
V apply Pythagoras to {a!} and {b!}
N the square root of {a!} squared plus {b!} squared
N the Euclidean length of the vector ({a!}, {b!})

@ point_distance: distance_2d, euclidean
= s = sqrt((c - a) * (c - a) + (d - b) * (d - b)) for FLT a, FLT b, FLT c, FLT d, return FLT s
N the distance between the points ({a!}, {b!}) and ({c!}, {d!})
N the Euclidean distance from ({a!}, {b!}) to ({c!}, {d!})
N how far the point ({a!}, {b!}) is from ({c!}, {d!})
V measure the straight-line distance between ({a!}, {b!}) and ({c!}, {d!})
N the length of the segment from ({a!}, {b!}) to ({c!}, {d!})

@ manhattan_points: manhattan_2d, taxicab
= s = abs(a - c) + abs(b - d) for NUM a, NUM b, NUM c, NUM d, return NUM s
N the Manhattan distance between ({a!}, {b!}) and ({c!}, {d!})
N the taxicab distance from ({a!}, {b!}) to ({c!}, {d!})
N the L1 distance between the points ({a!}, {b!}) and ({c!}, {d!})
V add |{a!} - {c!}| and |{b!} - {d!}|
N the city-block distance of ({a!}, {b!}) and ({c!}, {d!})

@ discriminant: quadratic_discriminant
= s = b * b - 4 * a * c for NUM a, NUM b, NUM c, return NUM s
N the discriminant of the quadratic with coefficients {a!}, {b!} and {c!}
N the discriminant {b!}^2 - 4 {a!} {c!}
V compute the discriminant of {a!} x^2 + {b!} x + {c!}
N {b!} squared minus four times {a!} times {c!}
V calculate the discriminant of a quadratic equation with coefficients {a!}, {b!}, {c!}

@ quadratic_value: eval_quadratic, parabola
= s = a * t * t + b * t + c for NUM a, NUM b, NUM c, NUM t, return NUM s
N the value of {a!} {t!}^2 + {b!} {t!} + {c!}
V evaluate the quadratic polynomial {a!} {t!}^2 + {b!} {t!} + {c!}
N {a!} * {t!} * {t!} + {b!} * {t!} + {c!}
V evaluate the parabola with coefficients {a!}, {b!}, {c!} at {t!}
N the quadratic with coefficients {a!}, {b!} and {c!} at the point {t!}

@ celsius_to_fahrenheit: to_fahrenheit, c_to_f
= s = t * 1.8 + 32 for FLT t, return FLT s
t: temperature | temperature in Celsius | number of degrees Celsius
V convert {t} from Celsius to Fahrenheit
V convert {t!} degrees Celsius to Fahrenheit
N the temperature {t!} in Fahrenheit, given in Celsius
N {t!} degrees Celsius in degrees Fahrenheit
V turn the Celsius temperature {t!} into Fahrenheit

@ fahrenheit_to_celsius: to_celsius, f_to_c
= s = (t - 32) / 1.8 for FLT t, return FLT s
t: temperature | temperature in Fahrenheit
V convert {t} from Fahrenheit to Celsius
V convert {t!} degrees Fahrenheit to Celsius
N the temperature {t!} in Celsius, given in Fahrenheit
N {t!} degrees Fahrenheit in degrees Celsius
V turn the Fahrenheit temperature {t!} into Celsius

@ celsius_to_kelvin: to_kelvin
= s = t + 273.15 for FLT t, return FLT s
t: temperature | temperature in Celsius
V convert {t} from Celsius to Kelvin
V convert {t!} degrees Celsius to Kelvin
N the temperature {t!} in Kelvin, given in Celsius
N {t!} degrees Celsius in Kelvin
V turn the Celsius temperature {t!} into an absolute one in Kelvin

@ degrees_to_radians: to_radians, deg2rad
= s = t * 3.141592653589793 / 180 for FLT t, return FLT s
t: angle | angle in degrees
V convert {t} from degrees to radians
N the angle {t!} in radians, given in degrees
N {t!} degrees in radians
V turn the angle {t!} in degrees into radians
V convert an angle of {t!} degrees to radians

@ radians_to_degrees: to_degrees, rad2deg
= s = t * 180 / 3.141592653589793 for FLT t, return FLT s
t: angle | angle in radians
V convert {t} from radians to degrees
N the angle {t!} in degrees, given in radians
N {t!} radians in degrees
V turn the angle {t!} in radians into degrees
V convert an angle of {t!} radians to degrees

@ simple_interest: interest
= s = p * r * t / 100 for FLT p, FLT r, FLT t, return FLT s
N the simple interest on {p!} at {r!} percent per year for {t!} years
V compute the simple interest for principal {p!}, rate {r!} (in percent) and time {t!}
N the simple interest {p!} * {r!} * {t!} / 100
V calculate simple interest from the principal {p!}, the yearly rate {r!} in percent and {t!} years
N the interest earned by {p!} in {t!} years at {r!} percent, without compounding

@ compound_interest: compound, final_amount
= s = p; repeat k { s = s * (1 + r / 100) } for FLT p in 1..1000, FLT r in 0..10, i32 k in 0..30, return FLT s
N the amount that {p!} grows to in {k!} years at {r!} percent interest per year, compounded yearly
V compute compound interest: {p!} at {r!} percent for {k!} years; the result is the final amount
N the balance after {k!} years of {r!} percent interest on {p!}
V let {p!} grow by {r!} percent per year for {k!} years and ^return the final amount
V multiply {p!} by (1 + {r!}/100) once for each of {k!} years

@ bmi: body_mass_index
= s = p / (h * h) for FLT p, FLT h in 1..3, return FLT s
N the body mass index for weight {p!} in kg and height {h!} in metres
N the BMI of a person weighing {p!} kg who is {h!} m tall
V compute the BMI from weight {p!} and height {h!}
N weight {p!} divided by the square of height {h!}
V divide {p!} by {h!} squared

@ lerp_scalar: linear_interpolation, lerp
= s = a + (b - a) * t for FLT a, FLT b, FLT t, return FLT s
V interpolate linearly between {a!} and {b!} with parameter {t!}
N the linear interpolation of {a!} and {b!} at {t!}
N {a!} + ({b!} - {a!}) * {t!}
V lerp from {a!} to {b!} by {t!}
V blend {a!} and {b!} linearly, {t!} being 0 at {a!} and 1 at {b!}

@ kinetic_energy: energy
= s = m * v * v / 2 for FLT m, FLT v, return FLT s
N the kinetic energy of a body of mass {m!} and speed {v!}
V compute the kinetic energy from mass {m!} and velocity {v!}
N half of {m!} times {v!} squared
N the kinetic energy of mass {m!} moving at {v!}
V calculate 1/2 {m!} {v!}^2

@ weighted_average_two: weighted_mean_two
= s = (a * p + b * q) / (p + q) for FLT a, FLT b, FLT p in 1..10, FLT q in 1..10, return FLT s
N the weighted average of {a!} and {b!} with weights {p!} and {q!}
N the weighted mean of {a!} with weight {p!} and {b!} with weight {q!}
V average {a!} and {b!}, weighted by {p!} and {q!}
N ({a!} {p!} + {b!} {q!}) / ({p!} + {q!})
V compute the mean of {a!} and {b!} where {a!} counts {p!} times and {b!} counts {q!} times

@ hours_minutes: to_seconds
= s = p * 3600 + q * 60 + r for INT p in 0..100, INT q in 0..60, INT r in 0..60, return INT s
V convert {p!} hours, {q!} minutes and {r!} seconds to seconds
N the number of seconds in {p!} hours, {q!} minutes and {r!} seconds
N the total seconds of a time of {p!} h {q!} min {r!} s
V turn {p!} hours {q!} minutes {r!} seconds into a number of seconds
N {p!} * 3600 + {q!} * 60 + {r!}
"""

OPERATIONS = read(_NUMBERS + _CHOICES + _FORMULAS)


def draw(rng: random.Random, voice: Voice) -> Draft:
    return draw_from(FAMILY, OPERATIONS, rng, voice)

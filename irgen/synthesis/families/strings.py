"""Strings: counting, testing, searching and rewriting characters. Strings end with a zero; no call makes one longer."""

from __future__ import annotations

import random

from passwright.irgen.synthesis.draft import Draft
from passwright.irgen.synthesis.table import read
from passwright.irgen.synthesis.voice import Voice
from passwright.irgen.synthesis.wording import draw_from

FAMILY = "strings"

_COUNTS = """
@ string_length: str_len, length_of
= s = sum[i in 0..n](1) for char[n] x, len n, return CNT s
V count the characters [of|in] {x}
V measure the length of {x}
N the length of {x}
N the number of characters in {x}
N the string length of {x}
N how many characters {x} has
S Reimplement strlen for {x}.
S Like strlen: return the number of characters of {x}.

@ count_char: char_count, occurrences, count_letter
= s = count[i](x[i] == k) for char[n] x, char k, len n, return CNT s
k in 'a' 'e' 'z' ' ' ',' '\\n' '.' '0' 'x'
V count the occurrences of {k} in {x}
V count how [often|many times] {k} [occurs|appears] in {x}
N the number of times {k} [occurs|appears] in {x}
N the number of occurrences of {k} in {x}
N how many times {k} appears in {x}
N the frequency of {k} in {x}
N the count of {k} in {x}
N how many characters of {x} are equal to {k}
V count the positions of {x} that hold {k}
S How often does {k} occur in {x}?
S How many {k} characters are there in {x}?

@ count_vowels: vowel_count, num_vowels
= s = count[i](VOWEL(x[i])) for char[n] x, len n, return CNT s
V count the vowels in {x}
V count the vowels of {x}, [in upper and lower case|upper case or lower case|ignoring case]
N the number of vowels in {x}
N how many vowels {x} [contains|has]
N the total number of vowels (a, e, i, o, u) in {x}
N the vowel count of {x}
V count how many characters of {x} are vowels
S How many vowels are there in {x}?
V find how many vowels {x} has

@ count_small_vowels: lowercase_vowels
= s = count[i](SMALLVOWEL(x[i])) for char[n] x, len n, return CNT s
V count the lowercase vowels in {x}
N the number of lowercase vowels in {x}
N how many lower-case vowels {x} has
V count the small vowels (a, e, i, o, u) of {x}
N the count of lowercase vowels in {x}

@ count_consonants: consonant_count
= s = count[i](LETTER(x[i]) && !VOWEL(x[i])) for char[n] x, len n, return CNT s
V count the consonants in {x}
N the number of consonants in {x}
N how many consonants {x} contains
V count the letters of {x} that are not vowels
N the number of letters in {x} that are no vowels

@ count_digits: digit_count, num_digits
= s = count[i](DIGIT(x[i])) for char[n] x, len n, return CNT s
V count the digits in {x}
V count the decimal digits of {x}
N the number of digits in {x}
N how many digits {x} contains
N the number of numeric characters in {x}
V count how many characters of {x} are digits
V count the characters of {x} between '0' and '9'
S How many digits are in {x}?

@ count_upper: upper_count, count_capitals, count_uppercase
= s = count[i](UPPER(x[i])) for char[n] x, len n, return CNT s
V count the uppercase letters in {x}
V count the capital letters of {x}
N the number of upper-case letters in {x}
N how many capitals {x} has
N the number of uppercase characters in {x}
V count how many letters of {x} are in upper case
N the count of capital letters in {x}
S How many uppercase letters does {x} contain?

@ count_lower: lower_count, count_lowercase
= s = count[i](LOWER(x[i])) for char[n] x, len n, return CNT s
V count the lowercase letters in {x}
V count the small letters of {x}
N the number of lower-case letters in {x}
N how many lowercase characters {x} has
N the count of lowercase letters in {x}
S How many lowercase letters does {x} contain?

@ count_letters: letter_count, alpha_count
= s = count[i](LETTER(x[i])) for char[n] x, len n, return CNT s
V count the letters in {x}
V count the alphabetic characters of {x}
N the number of letters in {x}
N how many letters {x} contains
N the number of alphabetic characters in {x}
S How many of the characters in {x} are letters?

@ count_spaces: space_count, count_blanks
= s = count[i](x[i] == ' ') for char[n] x, len n, return CNT s
V count the spaces in {x}
V count the blanks of {x}
N the number of spaces in {x}
N how many space characters {x} contains
N the number of blank characters in {x}
S How many spaces are there in {x}?

@ count_whitespace: whitespace_count
= s = count[i](SPACE(x[i])) for char[n] x, len n, return CNT s
V count the whitespace characters (space, tab, newline) in {x}
N the number of whitespace characters in {x}
N how many whitespace characters {x} has
V count the spaces, tabs and newlines in {x}
N the number of spaces, tabs and newlines in {x}

@ count_words: word_count, num_words
= s = count[i](x[i] != ' ' && (i == 0 || x[i - 1] == ' ')) for char[n] x, len n, return CNT s
x: string | sentence | text | line | sentence
V count the words in {x}
V count the words of {x}, separated by spaces
N the number of words in {x}
N how many words {x} contains
N the word count of {x}
N the number of space-separated words in {x}
V count the words in {x}; words are separated by one or more spaces
S How many words are in {x}?

@ count_lines: line_count
= s = count[i](x[i] == '\\n') for char[n] x, len n, return CNT s
x: text | string | buffer
V count the newlines in {x}
V count the newline characters of {x}
N the number of newline characters in {x}
N how many line breaks {x} has
N the number of line breaks in {x}

@ count_char_changes: transitions, count_switches
= s = count[i in 1..n](x[i] != x[i - 1]) for char[n] x, len n, return CNT s
V count the positions where [adjacent|neighbouring|consecutive] characters of {x} differ
N the number of adjacent character pairs of {x} that differ
N how often the character changes from one position to the next in {x}
V count how often a character of {x} differs from the one after it
N the number of neighbouring characters in {x} that are different

@ count_double_letters: adjacent_equal, double_chars
= s = count[i in 1..n](x[i] == x[i - 1]) for char[n] x, len n, return CNT s
V count the adjacent equal characters in {x}
V count the pairs of equal neighbouring characters of {x}
N the number of adjacent pairs of equal characters in {x}
N the number of positions of {x} whose character equals the next one
N how many times a character of {x} is followed by the same character
V count the minimum deletions so that no two adjacent characters of {x} are equal

@ count_runs: runs, char_runs
= s = count[i](i == 0 || x[i] != x[i - 1]) for char[n] x, len n, return CNT s
V count the runs of equal characters in {x}
N the number of runs of equal characters in {x}
N the number of maximal groups of identical consecutive characters in {x}
N how many runs of the same character {x} consists of
V count the blocks of consecutive equal characters of {x}

@ distinct_chars: count_distinct, unique_chars
= s = count[i](!any[j in 0..i](x[j] == x[i])) for char[n] x, len n, return CNT s
V count the distinct characters in {x}
N the number of distinct characters in {x}
N how many different characters {x} contains
N the number of unique characters of {x}, each counted once
V count the different characters that occur in {x}
S How many distinct characters does {x} have?

@ count_substring: substring_count, pattern_count
= s = count[i in 0..n - m + 1](all[j in 0..m](x[i + j] == y[j])) for char[n] x, char[m] y, len n, len m, return CNT s
x: string | text
y: pattern | substring | string
V count the occurrences of {y} in {x}, overlapping ones included
V count how often {y} occurs in {x}
N the number of times {y} occurs in {x}
N the number of occurrences of {y} in {x}, overlaps counted
N how many times {x} contains {y} as a substring
V count all positions where {y} starts in {x}

@ string_hamming: hamming, hamming_distance, count_mismatches
= s = count[i](x[i] != y[i]) for char[n] x, char[n] y, len n, return CNT s
V count the positions where {x,y} differ
N the Hamming distance [between|of] {x,y}
N the number of positions at which {x,y} differ
N the number of differing characters of {x,y}, which have the same length
N how many characters differ between {x,y} of equal length
V count the mismatches between {x,y}
S {x,y} have the same length; count the positions where they differ.

@ count_matching: matches
= s = count[i](x[i] == y[i]) for char[n] x, char[n] y, len n, return CNT s
V count the positions where {x,y} agree
N the number of positions at which {x,y} have the same character
N how many characters {x,y} of equal length share at the same position
V count the matching positions of {x,y}
N the number of equal characters at equal positions in {x,y}

@ digit_char_sum: sum_digits, sum_of_digit_chars
= s = sum[i | DIGIT(x[i])](x[i] - '0') for char[n] x, len n, return i32 s
V add up the digits in {x}
N the sum of the digits [in|of] {x}
N the sum of all decimal digits that occur in {x}
V sum the numeric values of the digit characters in {x}, ignoring other characters
N the digit sum of {x}, skipping anything that is no digit

@ ascii_sum: char_sum, sum_chars
= s = sum[i](x[i]) for char[n] x, len n, return i32 s
V add up the character codes of {x}
N the sum of the character codes of {x}
N the sum of the ASCII values of the characters in {x}
V sum the ASCII codes in {x}
N the total of all ASCII values of {x}
"""

_TESTS = """
@ is_palindrome: palindrome, check_palindrome
= s = all[i in 0..n / 2](x[i] == x[n - 1 - i]) for char[n] x, len n, return bool s
x: string | string | word | text
Q {x} is a palindrome
Q {x} reads the same forwards and backwards
Q {x} is the same when reversed
Q {x} equals its reverse
Q {x} is palindromic
N true if {x} is a palindrome
Q {x} reads the same from both ends
S Is {x} a palindrome?
V check {x} for being a palindrome

@ all_digits: is_numeric, only_digits, is_number
= s = all[i](DIGIT(x[i])) for char[n] x, len n, return bool s
Q {x} [consists only of|contains only] digits
Q all characters of {x} are digits
Q every character in {x} is a decimal digit
Q {x} is made of digits only
Q {x} is purely numeric
Q {x} has no character other than digits
S Does {x} contain nothing but digits?

@ all_letters: is_alpha, only_letters
= s = all[i](LETTER(x[i])) for char[n] x, len n, return bool s
Q {x} [consists only of|contains only] letters
Q all characters of {x} are letters
Q every character in {x} is alphabetic
Q {x} is purely alphabetic
Q {x} has only alphabetic characters
S Are all characters of {x} letters?

@ all_upper: is_upper, all_caps
= s = all[i](UPPER(x[i])) for char[n] x, len n, return bool s
Q all characters of {x} are uppercase letters
Q every character of {x} is a capital letter
Q {x} consists only of upper-case letters
Q {x} is made of capital letters only
Q {x} contains nothing but uppercase letters

@ all_lower: is_lower
= s = all[i](LOWER(x[i])) for char[n] x, len n, return bool s
Q all characters of {x} are lowercase letters
Q every character of {x} is a small letter
Q {x} consists only of lower-case letters
Q {x} is made of lowercase letters only
Q {x} contains nothing but lowercase letters

@ contains_char: has_char, has_letter
= s = any[i](x[i] == k) for char[n] x, char k, len n, return bool s
k in 'a' 'e' 'z' ' ' ',' '@' '.' '_' '-'
Q {k} occurs in {x}
Q {x} contains {k}
Q {k} appears anywhere in {x}
Q there is a {k} in {x}
Q {k} is one of the characters of {x}
Q some character of {x} equals {k}
S Does {x} contain {k}?

@ has_digit: contains_digit, any_digit
= s = any[i](DIGIT(x[i])) for char[n] x, len n, return bool s
Q {x} contains a digit
Q {x} has at least one digit
Q any character of {x} is a digit
Q there is a digit in {x}
Q one of the characters in {x} is numeric
S Does {x} contain any digits?

@ has_upper: contains_upper, any_capital
= s = any[i](UPPER(x[i])) for char[n] x, len n, return bool s
Q {x} contains an uppercase letter
Q {x} has at least one capital letter
Q any letter of {x} is upper case
Q there is an upper-case character in {x}
Q some character of {x} is a capital

@ strings_equal: equal_strings, str_equal, same_string
= s = n == m && all[i](x[i] == y[i]) for char[n] x, char[m] y, len n, len m, return bool s
Q {x,y} are equal
Q {x,y} are the same
Q {x} equals {y}
Q {x,y} are identical
Q {x,y} have the same length and the same characters
Q {x} is equal to {y}
S Are {x,y} equal?
V compare {x,y} for equality

@ has_prefix: starts_with, is_prefix
= s = m <= n && all[i in 0..m](x[i] == y[i]) for char[n] x, char[m] y, len n, len m, return bool s
x: string | text
y: prefix | string
Q {x} starts with {y}
Q {x} begins with {y}
Q {y} is a prefix of {x}
Q the first characters of {x} are {y}
Q {x} has {y} as its prefix
S Does {x} start with {y}?

@ has_suffix: ends_with, is_suffix
= s = m <= n && all[i in 0..m](x[n - m + i] == y[i]) for char[n] x, char[m] y, len n, len m, return bool s
x: string | text
y: suffix | string
Q {x} ends with {y}
Q {y} is a suffix of {x}
Q the last characters of {x} are {y}
Q {x} has {y} as its suffix
Q {x} finishes with {y}
S Does {x} end with {y}?

@ contains_substring: has_substring, is_substring
= s = any[i in 0..n - m + 1](all[j in 0..m](x[i + j] == y[j])) for char[n] x, char[m] y, len n, len m, return bool s
x: string | text
y: substring | pattern | word
Q {x} contains {y}
Q {y} is a substring of {x}
Q {y} occurs in {x}
Q {y} can be found somewhere in {x}
Q {x} has {y} as a substring
Q {y} appears inside {x}
S Does {x} contain {y} as a substring?

@ is_anagram: anagram, anagrams, are_anagrams
= s = all[k in 0..128](count[i](x[i] == k) == count[j](y[j] == k)) for char[n] x, char[m] y, len n, len m, return bool s
x: string | string | word
y: string | string | word
Q {x,y} are anagrams
Q {x,y} are anagrams of each other
Q {x} is an anagram of {y}
Q {x,y} contain the same characters with the same frequencies
Q {y} is a rearrangement of the characters of {x}
Q {x} is a permutation of {y}
Q {x,y} consist of the same letters in any order
S Are {x,y} anagrams?

@ chars_sorted: is_sorted, in_order
= s = all[i in 1..n](x[i - 1] <= x[i]) for char[n] x, len n, return bool s
Q the characters of {x} are in [ascending|alphabetical|nondecreasing] order
Q the characters of {x} are sorted
Q {x} is sorted by character code
Q no character of {x} is smaller than the one before it
Q the letters of {x} are in alphabetical order

@ all_chars_unique: unique_string, has_unique_chars
= s = !any[i, j in i + 1..n](x[i] == x[j]) for char[n] x, len n, return bool s
Q all characters of {x} are unique
Q no character occurs twice in {x}
Q every character of {x} occurs only once
Q {x} has no repeated characters
Q {x} has only distinct characters
S Does {x} have all unique characters?

@ all_same_char: uniform_string
= s = all[i](x[i] == x[0]) for char[n] x, len n, return bool s
Q all characters of {x} are the same
Q {x} consists of a single repeated character
Q every character of {x} equals the first one
Q {x} is made of one character only
Q all characters of {x} are equal

@ balanced_count: same_count, equal_counts
= s = count[i](x[i] == '(') == count[i](x[i] == ')') for char[n] x, len n, return bool s
Q {x} has as many '(' as ')'
Q the number of '(' in {x} equals the number of ')'
Q {x} contains equally many opening and closing parentheses
Q {x} has the same number of '(' and ')'
Q the counts of '(' and ')' in {x} are equal

@ balanced: is_balanced, balanced_parentheses
= seq d[i] = (i > 0 ? d[i - 1] : 0) + (x[i] == '(' ? 1 : x[i] == ')' ? -1 : 0) over i in 0..n; s = all[i](d[i] >= 0) && sum[i | i == n - 1](d[i]) == 0 for char[n] x, len n, return bool s
Q the parentheses in {x} are balanced
Q {x} has balanced parentheses
Q every '(' in {x} has a matching ')'
Q {x} is correctly parenthesised with '(' and ')'
Q the round brackets in {x} match
S Are the parentheses of {x} balanced?

@ is_binary: binary_string
= s = all[i](x[i] == '0' || x[i] == '1') for char[n] x, len n, return bool s
Q {x} consists only of '0' and '1'
Q {x} is a binary string
Q every character of {x} is '0' or '1'
Q {x} contains nothing but zeros and ones
Q {x} is a string of binary digits
"""

_SEARCHES = """
@ find_char: index_of_char, first_char, find_first
= s = first[i](x[i] == k) for char[n] x, char k, len n, return CNT s
k in 'a' 'e' 'z' ' ' ',' ':' '=' '/'
N the index of the first occurrence of {k} in {x}, or -1
N the position of the first {k} in {x}, -1 if there is none
N the first index at which {k} occurs in {x} (-1 if it does not)
V find the first {k} in {x} and ^return its index, -1 if absent
V locate the first occurrence of {k} in {x}
N the index of {k} in {x}, or -1 if it is not there
V search {x} for {k} from the left and ^return the index or -1
S Where does {k} occur first in {x}? Return -1 if nowhere.

@ find_last_char: last_index_of_char, last_char
= s = last[i](x[i] == k) for char[n] x, char k, len n, return CNT s
k in 'a' 'e' 'z' ' ' ',' '/' '.'
N the index of the last occurrence of {k} in {x}, or -1
N the position of the last {k} in {x}, -1 if there is none
N the last index at which {k} occurs in {x} (-1 if it does not)
V find the last {k} in {x} and ^return its index, -1 if absent
V locate the last occurrence of {k} in {x}
V search {x} for {k} from the right and ^return the index or -1

@ find_substring: index_of_substring, str_str, find_pattern
= s = first[i in 0..n - m + 1](all[j in 0..m](x[i + j] == y[j])) for char[n] x, char[m] y, len n, len m, return CNT s
x: string | text
y: substring | pattern | word
N the index of the first occurrence of {y} in {x}, or -1
N the position where {y} first occurs in {x}, -1 if it does not
V find {y} in {x} and ^return the index where it starts, or -1
V locate the first occurrence of {y} within {x}
V search {x} for {y} and ^return the start of the first match, -1 if there is none
N the first index in {x} at which {y} starts, or -1
S Where does {y} first appear in {x}? -1 if it does not.

@ find_last_substring: last_index_of_substring
= s = last[i in 0..n - m + 1](all[j in 0..m](x[i + j] == y[j])) for char[n] x, char[m] y, len n, len m, return CNT s
x: string | text
y: substring | pattern
N the index of the last occurrence of {y} in {x}, or -1
N the position where {y} last occurs in {x}, -1 if it does not
V find the last occurrence of {y} in {x} and ^return the index where it starts, or -1
N the last index in {x} at which {y} starts, or -1
V search {x} backwards for {y} and ^return the start of the match, or -1

@ first_vowel: find_vowel
= s = first[i](VOWEL(x[i])) for char[n] x, len n, return CNT s
N the index of the first vowel in {x}, or -1
N the position of the first vowel of {x}, -1 if it has none
V find the first vowel in {x} and ^return its index
V locate the first vowel of {x}, -1 if there is none
N where the first vowel of {x} is

@ first_digit: find_digit
= s = first[i](DIGIT(x[i])) for char[n] x, len n, return CNT s
N the index of the first digit in {x}, or -1
N the position of the first decimal digit of {x}, -1 if it has none
V find the first digit in {x} and ^return its index
V locate the first numeric character of {x}, -1 if there is none
N where the first digit of {x} is

@ first_unique_char: first_non_repeating, unique_index
= s = first[i](count[j in 0..n](x[j] == x[i]) == 1) for char[n] x, len n, return CNT s
N the index of the first character of {x} that does not repeat, or -1
N the position of the first non-repeating character in {x}, -1 if all repeat
N the index of the first unique character in {x}, or -1
V find the first character of {x} that occurs only once and ^return its index, -1 if there is none
V locate the first character in {x} that appears exactly once

@ first_mismatch: first_difference, mismatch_index
= s = first[i](x[i] != y[i]) for char[n] x, char[n] y, len n, return CNT s
N the first index at which {x,y} differ, or -1
N the position of the first difference between {x,y} of equal length, -1 if they are equal
V find the first position where {x,y} differ, -1 if they do not
N the index of the first mismatch between {x,y} (-1 if there is none)
V compare {x,y} of the same length and ^return the index of the first differing character, or -1

@ common_prefix: common_prefix_length, prefix_length
= s = count[i in 0..min(n, m)](all[j in 0..i + 1](x[j] == y[j])) for char[n] x, char[m] y, len n, len m, return CNT s
N the length of the [longest|] common prefix of {x,y}
N the number of leading characters that {x,y} share
V count the leading characters {x,y} have in common
N how many characters at the start of {x,y} agree
N the length of the longest string that both {x,y} start with

@ max_char: largest_char, greatest_char
= s = max[i](x[i]) for char[n] x, len n, return char s
N the largest character [in|of] {x}
N the character of {x} with the highest code
N the maximum character in {x}
N the alphabetically last character of {x}
V find the greatest character in {x}

@ min_char: smallest_char
= s = min[i](x[i]) for char[n] x, len n, return char s
N the smallest character [in|of] {x}
N the character of {x} with the lowest code
N the minimum character in {x}
N the alphabetically first character of {x}
V find the least character in {x}

@ longest_run: longest_char_run, max_run
= seq t[i] = i > 0 && x[i] == x[i - 1] ? t[i - 1] + 1 : 1 over i in 0..n; s = max[i](t[i]) for char[n] x, len n, return CNT s
N the length of the longest run of equal characters in {x}
N the longest streak of the same character in {x}
N the maximum number of consecutive equal characters in {x}
V find the longest block of identical characters in {x} and ^return its length
N the length of the longest substring of {x} made of a single character
N the power of {x}, that is the length of its longest run of one character

@ most_frequent_char: mode_char, max_occurring_count
= s = max[i](count[j in 0..n](x[j] == x[i])) for char[n] x, len n, return CNT s
N how often the most frequent character of {x} occurs
N the count of the most common character in {x}
N the highest frequency of any character in {x}
N the number of occurrences of the most frequent character in {x}
N the maximum number of times that one character occurs in {x}

@ longest_word: longest_word_length, max_word_len
= seq t[i] = x[i] == ' ' ? 0 : (i > 0 ? t[i - 1] : 0) + 1 over i in 0..n; s = max[i](t[i]) for char[n] x, len n, return CNT s
x: string | sentence | text
N the length of the longest word in {x}
N the length of the longest space-separated word in {x}
N the maximum word length in {x}
V find how long the longest word of {x} is
N the number of characters of the longest word in {x}

@ last_word_length: length_of_last_word
= s = n - 1 - last[i](x[i] == ' ') for char[n] x, len n, return CNT s
x: string | sentence
N the length of the last word in {x}, which does not end with a space
N the number of characters after the last space in {x}
N how many characters follow the last space of {x}
V count the characters after the last space of {x}
N the length of the part of {x} after its last space
"""

_REWRITES = """
@ to_upper: upper_case, uppercase
= y[i] = LOWER(x[i]) ? x[i] - 'a' + 'A' : x[i] for char[n] x, out char[n] y, len n
V convert {x} to upper case
V turn {x} into uppercase
N {x} in upper case
N the upper-case version of {x}
V make all letters of {x} uppercase
V replace the lowercase letters of {x} by uppercase ones
V capitalise every letter of {x}
V uppercase {x}
S Convert all lowercase letters in {x} to uppercase.

@ to_upper_in_place: make_upper, upcase
= x[i] = LOWER(x[i]) ? x[i] - 'a' + 'A' : x[i] for inout char[n] x, len n
V convert {x} to upper case in place
V turn all letters of {x} into uppercase in place
V uppercase {x} in-place
V change the lowercase letters of {x} to upper case, modifying the string itself
V overwrite {x} with its upper-case version

@ to_lower: lower_case, lowercase
= y[i] = UPPER(x[i]) ? x[i] - 'A' + 'a' : x[i] for char[n] x, out char[n] y, len n
V convert {x} to lower case
V turn {x} into lowercase
N {x} in lower case
N the lower-case version of {x}
V make all letters of {x} lowercase
V replace the uppercase letters of {x} by lowercase ones
V lowercase {x}
S Convert all capital letters in {x} to small letters.

@ to_lower_in_place: make_lower, downcase
= x[i] = UPPER(x[i]) ? x[i] - 'A' + 'a' : x[i] for inout char[n] x, len n
V convert {x} to lower case in place
V turn all letters of {x} into lowercase in place
V lowercase {x} in-place
V change the capitals of {x} to lower case, modifying the string itself
V overwrite {x} with its lower-case version

@ swap_case: toggle_case, invert_case
= y[i] = LOWER(x[i]) ? x[i] - 'a' + 'A' : UPPER(x[i]) ? x[i] - 'A' + 'a' : x[i] for char[n] x, out char[n] y, len n
V swap the case of all letters in {x}
V toggle the case of each letter of {x}
V invert the case of the letters in {x}
V turn uppercase letters of {x} into lowercase and lowercase ones into uppercase
N {x} with upper and lower case exchanged
V flip the case of every character of {x}

@ reverse_string: str_reverse, reversed_string
= y[i] = x[n - 1 - i] for char[n] x, out char[n] y, len n
x: string | string | text | word
V reverse {x}
V write {x} backwards
N the reverse of {x}
N {x} reversed
N the characters of {x} in reverse order
V flip {x} end to end
V spell {x} backwards

@ reverse_string_in_place: reverse_in_place
= t[i] = x[i] over i in 0..n; x[i] = t[n - 1 - i] for inout char[n] x, len n
V reverse {x} in place
V reverse the characters of {x} in-place
V flip {x} around, changing the string itself
V reverse {x} without a second string
V overwrite {x} with its reverse

@ replace_char: char_replace, substitute_char
= y[i] = x[i] == p ? q : x[i] for char[n] x, char p, char q, out char[n] y, len n
p in 'a' ' ' ',' '.' '-'
q in '_' '-' 'x' '*' ';'
p: character | char
q: character | char
V replace every {p} in {x} by {q}
V replace all occurrences of {p} in {x} with {q}
V substitute {q} for {p} in {x}
V change each {p} of {x} into {q}
N {x} with every {p} replaced by {q}
V copy {x}, turning each {p} into {q}

@ replace_char_in_place: replace_in_place
= x[i] = x[i] == p ? q : x[i] for inout char[n] x, char p, char q, len n
p in 'a' ' ' ',' '.' '-'
q in '_' '-' 'x' '*' ';'
p: character | char
q: character | char
V replace every {p} in {x} by {q} in place
V replace all occurrences of {p} in {x} with {q}, in-place
V modify {x} in place so that each {p} becomes {q}
V overwrite each {p} of {x} by {q}
V change {p} to {q} everywhere in {x}, in place

@ mask_digits: hide_digits
= y[i] = DIGIT(x[i]) ? '#' : x[i] for char[n] x, out char[n] y, len n
V replace every digit in {x} by '#'
V mask the digits of {x} with '#'
N {x} with all digits replaced by '#'
V hide all digits of {x} behind '#'
V substitute '#' for each digit in {x}

@ mask_vowels: hide_vowels, replace_vowels
= y[i] = VOWEL(x[i]) ? '*' : x[i] for char[n] x, out char[n] y, len n
V replace every vowel in {x} by '*'
V mask the vowels of {x} with '*'
N {x} with all vowels replaced by '*'
V substitute '*' for each vowel in {x}
V turn all vowels of {x} into '*'

@ caesar: caesar_cipher, shift_letters, caesar_encrypt
= y[i] = LOWER(x[i]) ? 'a' + (x[i] - 'a' + k) % 26 : UPPER(x[i]) ? 'A' + (x[i] - 'A' + k) % 26 : x[i] for char[n] x, i32 k in 0..26, out char[n] y, len n
k: shift | key
k in 1 3 5
V encrypt {x} with a Caesar cipher, shifting letters by {k}
V shift each letter of {x} by {k} places in the alphabet, wrapping around
V apply a Caesar cipher with shift {k} to {x}
N the Caesar cipher of {x} with shift {k}
V rotate the letters of {x} through the alphabet by {k}, leaving other characters
V Caesar-encode {x} using {k}

@ rot13: rot_13
= y[i] = LOWER(x[i]) ? 'a' + (x[i] - 'a' + 13) % 26 : UPPER(x[i]) ? 'A' + (x[i] - 'A' + 13) % 26 : x[i] for char[n] x, out char[n] y, len n
V apply ROT13 to {x}
V encode {x} with ROT13
V rotate each letter of {x} by 13 places in the alphabet
N the ROT13 of {x}
V encrypt {x} by shifting every letter by 13 positions
N {x} encoded with rot13

@ title_case: capitalise_words, title
= y[i] = LOWER(x[i]) && (i == 0 || x[i - 1] == ' ') ? x[i] - 'a' + 'A' : x[i] for char[n] x, out char[n] y, len n
x: string | sentence | text
V capitalise the first letter of [each|every] word in {x}
V make the first letter of every word in {x} upper case
N {x} with each word capitalised
V convert the first character of each space-separated word of {x} to upper case
V turn {x} into title case, leaving the other letters as they are

@ capitalise_first: capitalise, capitalize
= y[i] = i == 0 && LOWER(x[i]) ? x[i] - 'a' + 'A' : x[i] for char[n] x, out char[n] y, len n
V capitalise the first character of {x}
V make the first letter of {x} uppercase
N {x} with its first letter in upper case
V convert only the first letter of {x} to upper case
V capitalize {x}, leaving the rest as it is

@ increment_chars: next_chars, shift_chars
= y[i] = x[i] + 1 for char[n] x, out char[n] y, len n
V replace each character of {x} by the next one in ASCII
V increment the code of every character in {x}
V add 1 to each character of {x}
N {x} with every character code raised by 1
V shift all characters of {x} to the following ASCII code

@ sort_chars: sort_string, sorted_chars
= y = sort(x) for char[n] x, out char[n] y, len n
V sort the characters of {x}
N the characters of {x} in [ascending|alphabetical] order
V arrange the characters of {x} in ascending order of their codes
N {x} with its characters sorted
V order the letters of {x} alphabetically

@ remove_char: delete_char, strip_char
= y = filter[i | x[i] != k](x[i]) for char[n] x, char k, out char[n] y, len n
k in 'a' ' ' ',' '-' '.'
V remove every {k} from {x}
V delete all occurrences of {k} from {x}
V drop each {k} from {x}
N {x} without any {k}
V strip all {k} out of {x}
V copy {x} without {k}

@ remove_spaces: strip_spaces, delete_spaces
= y = filter[i | x[i] != ' '](x[i]) for char[n] x, out char[n] y, len n
V remove all spaces from {x}
V delete the spaces in {x}
N {x} without its spaces
V copy {x}, leaving out spaces
V drop every blank from {x}

@ remove_vowels: strip_vowels
= y = filter[i | !VOWEL(x[i])](x[i]) for char[n] x, out char[n] y, len n
V remove all vowels from {x}
V delete the vowels of {x}
N {x} without vowels
V drop every vowel from {x}
V copy {x} leaving out the vowels
V disemvowel {x}

@ keep_digits: extract_digits, only_digits
= y = filter[i | DIGIT(x[i])](x[i]) for char[n] x, out char[n] y, len n
V keep only the digits of {x}
V extract the digits from {x}
N the digits [in|of] {x}, in order
V remove everything but the digits from {x}
V collect all digit characters of {x}

@ keep_letters: extract_letters, only_letters
= y = filter[i | LETTER(x[i])](x[i]) for char[n] x, out char[n] y, len n
V keep only the letters of {x}
V extract the letters from {x}
N the letters [in|of] {x}, in order
V remove all non-letters from {x}
V collect the alphabetic characters of {x}

@ rotate_string: rotate_left
= y[i] = x[(i + k) % n] for char[n] x, i64 k in 0..100, out char[n] y, len n
k: offset | amount | number
k in 1 2 3
V rotate {x} left by {k} [characters|positions]
V rotate the characters of {x} to the left by {k}
V shift {x} cyclically to the left by {k}
N {x} rotated left by {k} characters
V move the first {k} characters of {x} to the end
"""

_NUMBERS = """
@ parse_int: string_to_int, atoi_simple, to_int
= seq s = s * 10 + (x[i] - '0') over i in 0..n for char[n] x in 48..58, len n, return i64 s
x: string of digits | digit string | decimal string | numeric string
V convert {x} to an integer
V parse {x} as a decimal integer
N the integer that {x} represents
N the number written in {x}
N the numeric value of {x}
V turn {x} into a number

@ parse_binary: binary_to_int, from_binary
= seq s = s * 2 + (x[i] - '0') over i in 0..n for char[n] x in 48..50, len n, return i64 s
x: binary string | string of zeros and ones | string of binary digits
V convert {x} to an integer
V parse {x} as a binary number
N the integer value of {x}
N the number that {x} represents in base 2
V turn {x} into a number

@ hash_djb2: djb2, string_hash
= s = 5381; seq s = s * 33 + x[i] over i in 0..n for char[n] x, len n, return u32 s
N the djb2 hash of {x}
V hash {x} with djb2
N the 32-bit djb2 hash (h = h * 33 + c, starting at 5381) of {x}
V compute h = h * 33 + c over the characters of {x}, starting with h = 5381, as unsigned 32-bit
N Bernstein's hash of {x}, h = 33 * h + c from 5381, in uint32

@ hash_poly31: java_hash, poly_hash
= s = 0; seq s = s * 31 + x[i] over i in 0..n for char[n] x, len n, return u32 s
N the polynomial hash of {x} with base 31 as an unsigned 32-bit number
V hash {x} with h = 31 * h + c in uint32
N the hash h = h * 31 + c of the characters of {x}, in 32-bit unsigned arithmetic
V compute the Java string hash of {x} as uint32
N the Java-style hash code of {x} (h = 31 h + c), unsigned 32-bit

@ hash_fnv1a: fnv1a, fnv_hash
= s = 2166136261; seq s = (s ^ u32(x[i])) * 16777619 over i in 0..n for char[n] x, len n, return u32 s
N the FNV-1a hash of {x}
V hash {x} with 32-bit FNV-1a
N the 32-bit FNV-1a hash of {x}
V compute FNV-1a over {x}
N the Fowler-Noll-Vo hash (FNV-1a, 32 bit) of {x}

@ letter_histogram: letter_counts, char_frequency
= h[k] = count[i](x[i] - 'a' == k) over k in 0..26 for char[n] x, out i32[26] h, len n
N how often each letter from 'a' to 'z' occurs in {x}
V count how often each lowercase letter occurs in {x}
N the 26 counts of the lowercase letters in {x}
N the histogram of the letters a to z in {x}
N the frequency of each lowercase letter of {x}
V build a table of 26 letter counts for {x}

@ ascii_histogram: char_histogram, char_counts
= h[k] = count[i](x[i] == k) over k in 0..128 for char[n] x, out i32[128] h, len n
N how often each of the 128 ASCII characters occurs in {x}
V count how often each ASCII character occurs in {x}
N the histogram of the 128 ASCII codes in {x}
N the frequency of every ASCII character of {x}
V build a table of 128 character counts for {x}
"""

OPERATIONS = read(_COUNTS + _TESTS + _SEARCHES + _REWRITES + _NUMBERS)


def draw(rng: random.Random, voice: Voice) -> Draft:
    return draw_from(FAMILY, OPERATIONS, rng, voice)

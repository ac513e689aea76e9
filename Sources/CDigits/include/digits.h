#ifndef KAN_DIGITS_H
#define KAN_DIGITS_H

/// The text of digits.txt, written by scripts/make_digits. Each line is one image: 64 characters for its 8×8 pixels,
/// 0 … 9 and A … G for 0 … 16, and one for the digit.
const char *kan_digits(void);

#endif

#include "digits.h"

// #embed takes no time; the array literal that SwiftPM's embedInCode generates takes the Swift compiler 20 s.
#pragma clang diagnostic ignored "-Wc23-extensions"

const char *kan_digits(void) {
  static const char text[] = {
#embed "digits.txt" suffix(, 0)
  };
  return text;
}

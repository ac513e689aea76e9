// `elementary.h` of the engine's kernels in C99: the same operations, so that results are the same bits. What these do
// is explained there.

extension CLanguage {
  static let twiceExpInDouble = """
    /* 2exp(x - n ln 2) by the Taylor polynomial, and numbers as their bits. */
    typedef union { double value; unsigned long long bits; } word;
    INLINE double twice_exp(int fused, double x, double n) {
      static const double p[13] = {
        2.0 / 6227020800.0, 2.0 / 479001600.0, 2.0 / 39916800.0, 2.0 / 3628800.0, 2.0 / 362880.0, 2.0 / 40320.0,
        2.0 / 5040.0, 2.0 / 720.0, 2.0 / 120.0, 2.0 / 24.0, 2.0 / 6.0, 1.0, 2.0};
      double f = MULTIPLY_ADD(-n, 0.693145751953125, x), sum = p[0];
      int i;
      f = MULTIPLY_ADD(-n, 1.42860682030941723212e-6, f);
      for (i = 1; i < 13; i++) sum = MULTIPLY_ADD(sum, f, p[i]);
      return MULTIPLY_ADD(sum, f, 2.0);
    }
    """

  static let exponentialInDouble = """
    INLINE double exponential(int fused, double x) {
      const double magic = 6755399441055744.0;
      double shifted;
      word scale;
      x = x > 710.0 ? 710.0 : x;
      x = x < -708.0 ? -708.0 : x;
      shifted = MULTIPLY_ADD(x, 1.44269504088896340736, magic);
      scale.value = shifted;
      scale.bits = (scale.bits - 0x4338000000000000ull + 1022) << 52;
      return twice_exp(fused, x, shifted - magic) * scale.value;
    }
    """

  static let siluInDouble = """
    INLINE double silu(int fused, double x) {
      const double magic = 6755399441055743.0;
      const double above = x < -708 ? -708 : x, held = above > 708 ? 708 : above;
      const double shifted = MULTIPLY_ADD(held, -1.44269504088896340736, magic);
      word p, exponent;
      p.value = twice_exp(fused, -held, shifted - magic);
      exponent.value = shifted;
      p.bits += exponent.bits << 52;
      return above * (1.0 / (1.0 + p.value));
    }
    """

  static let tangentInDouble = """
    INLINE double hyperbolic_tangent(int fused, double x) {
      static const double p[12] = {
        1.0 / 479001600.0, 1.0 / 39916800.0, 1.0 / 3628800.0, 1.0 / 362880.0, 1.0 / 40320.0, 1.0 / 5040.0, 1.0 / 720.0,
        1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0};
      const double a = x < 0 ? -x : x, e = exponential(fused, -2 * a), u = -2 * a;
      double q = p[0], m, y;
      int i;
      for (i = 1; i < 12; i++) q = MULTIPLY_ADD(q, u, p[i]);
      m = q * u;
      y = a < 0.15 ? -m / (2 + m) : (1 - e) / (1 + e);
      return x < 0 ? -y : y;
    }
    """

  static let twiceExpInFloat = """
    /* 2exp(x - n ln 2) by the Taylor polynomial, and numbers as their bits. */
    typedef union { float value; unsigned int bits; } word;
    INLINE float twice_exp(int fused, float x, float n) {
      static const float p[7] = {
        2.0f / 5040, 2.0f / 720, 2.0f / 120, 2.0f / 24, 2.0f / 6, 1.0f, 2.0f};
      float f = MULTIPLY_ADD(-n, 0.693359375f, x), sum = p[0];
      int i;
      f = MULTIPLY_ADD(-n, -2.12194440054690583e-4f, f);
      for (i = 1; i < 7; i++) sum = MULTIPLY_ADD(sum, f, p[i]);
      return MULTIPLY_ADD(sum, f, 2.0f);
    }
    """

  static let exponentialInFloat = """
    INLINE float exponential(int fused, float x) {
      const float magic = 12582912.0f;
      float shifted;
      word scale;
      x = x > 89.0f ? 89.0f : x;
      x = x < -86.9f ? -86.9f : x;
      shifted = MULTIPLY_ADD(x, 1.44269504088896341f, magic);
      scale.value = shifted;
      scale.bits = (scale.bits - 0x4B400000u + 126u) << 23;
      return twice_exp(fused, x, shifted - magic) * scale.value;
    }
    """

  static let siluInFloat = """
    INLINE float silu(int fused, float x) {
      const float magic = 12582911.0f;
      const float above = x < -87 ? -87 : x, held = above > 87 ? 87 : above;
      const float shifted = MULTIPLY_ADD(held, -1.44269504088896341f, magic);
      word p, exponent;
      p.value = twice_exp(fused, -held, shifted - magic);
      exponent.value = shifted;
      p.bits += exponent.bits << 23;
      return above * (1.0f / (1.0f + p.value));
    }
    """

  static let tangentInFloat = """
    INLINE float hyperbolic_tangent(int fused, float x) {
      const float a = x < 0 ? -x : x, e = exponential(fused, -2 * a), s = x * x;
      float q = MULTIPLY_ADD(s, 62.0f / 2835, -17.0f / 315), y;
      q = MULTIPLY_ADD(s, q, 2.0f / 15);
      q = MULTIPLY_ADD(s, q, -1.0f / 3);
      y = a < 0.25f ? a * MULTIPLY_ADD(s, q, 1.0f) : (1 - e) / (1 + e);
      return x < 0 ? -y : y;
    }
    """
}

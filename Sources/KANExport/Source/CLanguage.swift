extension String {
  /// ``quoted`` without the trigraphs of C99, such as `??/` for a backslash.
  var quotedInC: String {
    var result = ""
    for character in quoted { result += character == "?" && result.hasSuffix("?") ? "\\?" : String(character) }
    return result
  }
}

enum CLanguage: ScalarLanguage {
  static func declare(_ name: String, _ kind: Tape.Kind, _ expression: String) -> String {
    let type =
      switch kind {
      case .real: "real"
      case .double: "double"
      case .boolean: "int"
      }
    return "const \(type) \(name) = \(expression);"
  }

  static func literal(_ value: Double, _ kind: Tape.Kind, isDouble: Bool) -> String {
    let text = number(value, kind, isDouble: isDouble)
    return text.hasPrefix("-") ? "(\(text))" : text
  }

  /// In a list, where no operator stands before it.
  static func number(_ value: Double, _ kind: Tape.Kind, isDouble: Bool) -> String {
    if value.isNaN { return "NAN" }
    if value.isInfinite { return value > 0 ? "HUGE_VAL" : "-HUGE_VAL" }
    let isFloat = kind == .real && !isDouble
    var text = isFloat ? "\(Float(value))" : "\(value)"
    if !text.contains(where: { $0 == "." || $0 == "e" }) { text += ".0" }
    return isFloat ? text + "f" : text
  }

  static func whole(_ value: String) -> String { "(int)\(value)" }

  static func apply(_ function: Tape.Unary, _ x: String, isDouble: Bool) -> String {
    switch function {
    case .negate: "-\(x)"
    case .magnitude: isDouble ? "fabs(\(x))" : "fabsf(\(x))"
    case .squareRoot: isDouble ? "sqrt(\(x))" : "sqrtf(\(x))"
    case .floor: isDouble ? "floor(\(x))" : "floorf(\(x))"
    case .whole: "(real)(int)\(x)"
    case .exp, .log, .sin, .cos, .tan, .tanh, .asin, .acos, .atan, .atanh, .sinh, .cosh, .erf:
      "\(function.rawValue)(\(x))"
    case .exponential, .silu, .sigmoid: "\(function.rawValue)(fused, \(x))"
    case .hyperbolicTangent: "hyperbolic_tangent(fused, \(x))"
    case .isNaN: "\(x) != \(x)"
    case .toDouble: "\(x)"
    case .toReal: "(real)\(x)"
    case .copy: x
    }
  }

  static func multiplyAdd(_ a: String, _ b: String, _ c: String) -> String { "MULTIPLY_ADD(\(a), \(b), \(c))" }

  static func count(_ array: String, _ start: String, _ count: Int, _ x: String) -> String {
    "count_not_above(\(array)\(start == "0" ? "" : " + \(start)"), \(count), \(x))"
  }

  static func waves(_ amplitudes: String, _ frequencies: String, _ count: Int, areCosines: Bool, _ x: String) -> String
  {
    "waves(\(amplitudes), \(frequencies), \(count), \(areCosines ? 1 : 0), \(x))"
  }

  /// A product and a sum, rounded once where `fused` is 1: a constant once everything is inlined.
  static func multiplyAdd(isDouble: Bool) -> String {
    let (fast, function) = isDouble ? ("FP_FAST_FMA", "fma") : ("FP_FAST_FMAF", "fmaf")
    return """
      /* Functions for several kinds of processors, of which one is chosen at run time; -DKAN_ONE_PROCESSOR leaves only that
         for the processor that the compiler is told. */
      #if defined(\(fast)) || defined(__FMA__)
      #define FUSED 1
      #else
      #define FUSED 0
      #endif
      #if defined(__GNUC__) && defined(__x86_64__) && !FUSED && !defined(KAN_ONE_PROCESSOR)
      #define SEVERAL_PROCESSORS 1
      #else
      #define SEVERAL_PROCESSORS 0
      #endif
      #ifdef __GNUC__
      #define INLINE static inline __attribute__((always_inline))
      #else
      #define INLINE static inline
      #endif
      #ifdef __clang__
      #pragma STDC FP_CONTRACT OFF
      #endif
      #if SEVERAL_PROCESSORS || FUSED
      #define MULTIPLY_ADD(a, b, c) (fused ? \(function)(a, b, c) : (a) * (b) + (c))
      #else
      #define MULTIPLY_ADD(a, b, c) ((void)fused, (a) * (b) + (c))
      #endif
      """
  }

  /// The function that is called, over the network for each kind of processor.
  static func entry(_ name: String) -> String {
    """
    #if SEVERAL_PROCESSORS
    __attribute__((target("avx2,fma")))
    static void \(name)_avx2(const double *inputs, double *outputs) {
      \(name)_network(1, inputs, outputs);
    }

    __attribute__((target("avx2,fma,avx512f,avx512vl,avx512dq,avx512bw")))
    static void \(name)_avx512(const double *inputs, double *outputs) {
      \(name)_network(1, inputs, outputs);
    }
    #endif

    void \(name)_predict(const double *inputs, double *outputs) {
    #if SEVERAL_PROCESSORS
      if (__builtin_cpu_supports("fma") && __builtin_cpu_supports("avx2")) {
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")
            && __builtin_cpu_supports("avx512bw")) {
          \(name)_avx512(inputs, outputs);
        } else {
          \(name)_avx2(inputs, outputs);
        }
        return;
      }
    #endif
      \(name)_network(FUSED, inputs, outputs);
    }
    """
  }

  /// The functions that statements call, each after those that it needs.
  static func helpers(_ used: Set<Tape.Unary>, counts: Bool, waves: Bool, _ isDouble: Bool) -> [String] {
    var result: [String] = []
    let usesExponential = !used.isDisjoint(with: [.exponential, .sigmoid, .hyperbolicTangent])
    if usesExponential || used.contains(.silu) { result.append(isDouble ? twiceExpInDouble : twiceExpInFloat) }
    if usesExponential { result.append(isDouble ? exponentialInDouble : exponentialInFloat) }
    if used.contains(.silu) { result.append(isDouble ? siluInDouble : siluInFloat) }
    if used.contains(.sigmoid) {
      result.append("INLINE real sigmoid(int fused, real x) { return 1 / (1 + exponential(fused, -x)); }")
    }
    if used.contains(.hyperbolicTangent) { result.append(isDouble ? tangentInDouble : tangentInFloat) }
    if counts { result.append(countNotAbove) }
    if waves { result.append(wavesInDouble) }
    return result
  }

  private static let countNotAbove = """
    /* How many of n rising numbers are not above x; none for NAN. */
    static real count_not_above(const real *from, int n, real x) {
      int low = 0;
      while (n > 0) {
        const int half = n / 2;
        if (from[low + half] <= x) { low += half + 1; n -= half + 1; }
        else n = half;
      }
      return (real)low;
    }
    """

  private static let wavesInDouble = """
    static double waves(const double *amplitudes, const double *frequencies, int n, int cosines, double x) {
      double sum = 0;
      int i;
      for (i = 0; i < n; i++) sum += amplitudes[i] * (cosines ? cos(frequencies[i] * x) : sin(frequencies[i] * x));
      return sum;
    }
    """
}

#ifndef KAN_PEAK_H
#define KAN_PEAK_H

/// Single-precision fused multiply-adds that `threads` threads do together in about `seconds`, as operations (two
/// each) per nanosecond: GFLOP/s.
double kan_peak_gigaflops(int threads, double seconds);

/// Lanes of the widest vector whose loop the processor runs.
int kan_peak_lanes(void);

#endif

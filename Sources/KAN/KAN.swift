// Matrices and scalars are part of this module's API, so one import brings both modules.
@_exported public import KANLinearAlgebra

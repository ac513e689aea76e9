// A user of the engine names matrices and scalars too, so one import brings both modules.
@_exported public import KANLinearAlgebra

"""The version of the package; nothing else, so that it is read without the engine."""

VERSION = "0.1.0"

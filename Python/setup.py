"""One wheel for every Python from 3.9 on: the engine is called by ctypes, and no interpreter's own interface is used."""

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel


class Wheel(bdist_wheel):
    def get_tag(self) -> tuple:
        # The C library of Debian 12, on which it is built.
        return "py3", "none", "manylinux_2_36_x86_64"


class WithLibrary(Distribution):
    def has_ext_modules(self) -> bool:
        return True


setup(cmdclass={"bdist_wheel": Wheel}, distclass=WithLibrary)

"""Loss functions, each tied to the formula that the textbook prints for it.

``lossbook.reference`` holds every formula in NumPy as printed, with its gradient by hand;
``lossbook.functional`` holds the same functions for PyTorch, stable at every dtype;
``lossbook.nn`` wraps those that train a model as modules.
"""

from lossbook._checks import set_value_checks

__all__ = ["set_value_checks"]

__version__ = "0.2.0"

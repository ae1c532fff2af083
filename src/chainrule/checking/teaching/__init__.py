"""What a teacher would say beyond the gradient check: how the program starts, steps, samples and predicts."""

from chainrule.checking.teaching.course import lessons
from chainrule.checking.teaching.record import Lessons

__all__ = ["Lessons", "lessons"]

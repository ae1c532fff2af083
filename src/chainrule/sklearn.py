"""scikit-learn's multi-layer perceptrons, compiled: change one import line.

from chainrule.sklearn import MLPClassifier   # was: from sklearn.neural_network import MLPClassifier
"""

from __future__ import annotations

from chainrule.estimator.classifier import MLPClassifier
from chainrule.estimator.convert import from_sklearn, to_sklearn
from chainrule.estimator.models import from_model, to_model
from chainrule.estimator.regressor import MLPRegressor

__all__ = ["MLPClassifier", "MLPRegressor", "from_model", "from_sklearn", "to_model", "to_sklearn"]

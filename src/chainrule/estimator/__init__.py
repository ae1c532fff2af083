"""scikit-learn's ``MLPClassifier`` and ``MLPRegressor`` over the compiled engine; ``chainrule.sklearn`` is the door."""

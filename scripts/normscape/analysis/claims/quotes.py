"""The sentences of the notebook that claims test."""

SMOOTHNESS_IS_LOWER = "local effective smoothness is much lower when using the BatchNormConvNet model"
IT_IS_SMOOTHER = "indicating that it is smoother"
LESS_VOLATILITY = "It also shows less volatility"
IMPROVE_MORE_SMOOTHLY = "its train loss and test accuracy improve more smoothly"
DESCENDS_MORE_EASILY = (
    "the model is able to more easily stochastically descend towards the minimum of the loss function"
)
OUTPUTS_COMPOUND = "the outputs from the layers … can compound and become very very large, or very very small"
GRADIENTS_EXPLODE_OR_VANISH = "and lead to exploding or vanishing gradients"
LARGER_STEPS = "allowing us to take larger steps for gradient descent"

QUOTES = (  # in the order of the commentary
    SMOOTHNESS_IS_LOWER,
    IT_IS_SMOOTHER,
    LESS_VOLATILITY,
    IMPROVE_MORE_SMOOTHLY,
    DESCENDS_MORE_EASILY,
    OUTPUTS_COMPOUND,
    GRADIENTS_EXPLODE_OR_VANISH,
    LARGER_STEPS,
)

"""The field's usual names of arguments, and what each is for."""

from __future__ import annotations

import re

ROLES: dict[str, str] = {
    "X": (
        "x data input inputs xbatch xtrain batchx trainx xb features images inputdata xs samples examples a0 "
        "xdata xin imgs xinput traindata trainingdata inp batchdata batch trainimages inputbatch trainset "
        "trainingset train inputlayer minibatchx xminibatch minix xmini xtr bx inputsarray inputslist "
        "inputarray inputvector inputlist"
    ),
    "y": (
        "y labels label target targets t yb ybatch ytrain ytrue trainy batchy onehot yonehot onehoty "
        "onehotlabels expected expectedoutput groundtruth gt truth truelabels true actual ylabels ylabel ys "
        "ydata answer desired correct trainlabels actuals yhot minibatchy yminibatch miniy ymini ytr by yenc "
        "batchlabels yactual realy targetoutput targetsarray targetslist targetarray targetvector targetlist "
        "labelsonehot ytarget trueys correctlabels"
    ),
    "reg": (
        "reg lambd lambda lam lmbda lambda1 regularization regstrength l2 l2reg weightdecay "
        "regularizationstrength lamda lmd reglambda regparam wd regularizationparameter regularizationrate "
        "l2lambda lambdareg lambdaval regrate lambdal2 l2strength regcoef regcoeff regularizationcoefficient "
        "regularizer regfactor lambd2 lamd decay l2decay l2penalty penalty l2coef l2weight shrinkage"
    ),
    "D": (
        "inputsize dim inputdim inputdims nin ninput ninputs inputnodes d infeatures numinputs nx "
        "inputlayersize numfeatures nfeatures inputunits dimin inodes inputlayer indim insize featuresize "
        "ninputnodes numinput inputlayernodes di sizein nofinnodes numberofinputs inputneurons ni "
        "numinputnodes dinput ninputunits inputshape din nfeature nfeat nfeats featuredim inputfeatures"
    ),
    "H": (
        "hiddensize hiddendim nhidden h hiddennodes numhidden hidden nh hiddenlayersize hiddenunits "
        "nhiddenunits hnodes hiddenlayer hiddenneurons numhiddenunits hiddenlayernodes dh nhiddennodes "
        "numberofhidden hsize numhiddennodes nofhiddennodes numneurons hiddenlayerneurons nneurons neurons "
        "units numunits dhidden hdim layerdim"
    ),
    "hidden": (
        "hiddendims hiddensizes hiddenlayers hiddenlayersizes hiddens hiddenlist hiddenlayerssizes hiddenunitslist"
    ),
    "C": (
        "outputsize numclasses nclasses nout noutput noutputs outputdim c outputnodes numoutputs outfeatures "
        "ny k numlabels outputunits classes onodes outdim outsize numoutput outputlayersize outputlayer "
        "numclass outputlayernodes do nofoutnodes numberofoutputs outputneurons no nclass outputdims doutput "
        "noutputnodes outputs dout outfeature outputfeatures nouts"
    ),
    "layers": (
        "layers layersizes sizes layerdims dims layersdims architecture layerssizes networksize layersize "
        "structure topology netsize shape shapes nunits unitsperlayer nodes layerslist nodesperlayer "
        "dimensions networkarchitecture nodenums sizelist neuronsperlayer layernodes numunitsperlayer "
        "netarchitecture netstructure"
    ),
    "N": ("n m batchsize bs numexamples numtrain nsamples numsamples ntrain batch_n minibatchsize nexamples numsample"),
    "rate": "learningrate lr alpha eta rate stepsize learnrate epsilon",
    "steps": (
        "epochs numiterations iterations numiters niter nepochs numepochs maxiter iters epoch niters "
        "maxiterations steps numsteps iter numiter nsteps nbepochs maxepochs maxepoch"
    ),
    "seed": "seed randomseed randomstate",
    "std": "std weightscale scale weightinitstd initstd sigma weightstd initscale",
    "quiet": "verbose printcost debug plot printloss verb printcosts showloss",
    "keep": "keepprob pkeep keep",
    "yhat": (
        "yhat ypred pred preds predictions predicted output out o probs al a scores yp prob logits prediction "
        "ypredicted yhats finaloutput outputvalues activation outputactivation result finaloutputs "
        "softmaxoutput outputlayeroutput predictedoutput a2 a3 a4 z2 z3 hypothesis finaloutputlayer ypreds "
        "predy predlabels yout"
    ),
    "cache": "cache caches forwardcache memory cached forwardresult activations intermediates",
    "parameters": (
        "parameters params param nnparams initialnnparams nnparameters initialnnparameters thetavec model "
        "weights theta p w weightsdict paramsdict wb network net"
    ),
    "grads": "grads gradients grad gradient derivatives",
    "dropout": "dropout dropoutprob pdropout dropoutrate",
    "state": "hprev prevh h0 hinit hstart hiddenprev prevhidden hiddenstate prevstate initialstate sprev",
    "dtype": "dtype",
    "activation": "activation activationfunction act hiddenactivation activationfunc nonlinearity activationfn",
    "loss": "loss lossfunction cost costfunction lossfn losstype lossname",
}
"""Role to names, which are compared in small letters and without underscores. ``H``: one hidden size; ``hidden``: a
list of them; ``layers``: all sizes in a list; ``steps``: of training; ``yhat``: what the network gives;
``state``: of a recurrent network before its first step."""

_ROLE_OF = {name: role for role, names in reversed(ROLES.items()) for name in names.split()}

_LIKE = [
    (re.compile(r"n?h\d|hl\d|layer\d(?:size|dim|units|nodes)?"), "H"),
    (re.compile(r"\w*hid\w*(?:dims|sizes|list|layers)"), "hidden"),
    (re.compile(r"(?:num|n|no|nn)?(?:of)?(?:hid\w*|hdim)(?:size|dim|units|nodes|neurons)?\d?"), "H"),
    (re.compile(r"(?:num|n|max|no|nb|number)?(?:of)?(?:passes|iter\w*|epochs?\w*|steps)"), "steps"),
    (
        re.compile(
            r"(?:num|n|no|nn|number)?(?:of)?in(?:put)?(?:s|size|dims?|nodes|neurons|units|features|layer|layersize)"
        ),
        "D",
    ),
    (
        re.compile(
            r"(?:num|n|no|nn|number)?(?:of)?out(?:put)?(?:s|size|dims?|nodes|neurons|units|features|layer|layersize)"
        ),
        "C",
    ),
]

PARAMETER = re.compile(
    r"(?:w|b|weights?|bias(?:es)?|theta|gamma|beta|kernels?|wts?|syn|synapse|u|v|filters?|coef|intercept)"
    r"(?:[_]?(?:[a-z]{1,2}|in|out|ih|ho|hh|xh|hy|input|hidden|output|h\d|i|o|layer)){0,3}[_]?\d*(?:_?\d+)?$"
)

GRADIENT = re.compile(
    r"(?:(?:dl|dj|de|dc|dloss|dcost|derror|partial)_?d_?|grads?(?:ient)?s?_?(?:of_|for_|wrt_)?|nabla_?|delta_?|del_?"
    r"|d_|d|g_)(?P<after>.+)$"
    r"|(?P<before>.+?)_?(?:grads?|gradients?|derivatives?|deriv|deltas?|prime|_d)$"
)


def role(name: str) -> str:
    """Return what an argument of this name is for, or ``""``."""
    plain = name.lower().replace("_", "")
    found = _ROLE_OF.get(plain, "")
    return found or next((meaning for pattern, meaning in _LIKE if pattern.fullmatch(plain)), "")


def is_parameter(name: str) -> bool:
    """Whether weights or biases are called so."""
    return PARAMETER.match(name.lower()) is not None


def differentiated(name: str) -> str:
    """Return what a gradient of this name is the gradient of (``dW1``, ``W1_grad``: ``w1``), or ``""``."""
    match = GRADIENT.match(name.lower())
    return (match["after"] or match["before"] or "").strip("_") if match else ""


def same_thing(name: str) -> str:
    """Return the name by which two spellings of a parameter are the same: ``weights1``, ``w_1``, ``W1``."""
    plain = name.lower().replace("_", "").replace(" ", "")
    plain = re.sub(r"^(?:weights?|wts?|ws(?!\w))", "w", plain)
    return re.sub(r"^(?:bias(?:es)?|bs(?!\w))", "b", plain)

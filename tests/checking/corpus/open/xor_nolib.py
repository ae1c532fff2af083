from numpy import exp, array, random, dot, ones, hstack

# XOR. third column of the input is always 1 (threshold)
inp = array([[0, 0, 1],
             [0, 1, 1],
             [1, 0, 1],
             [1, 1, 1]])
target = array([[0], [1], [1], [0]])

random.seed(5)
syn0 = 2 * random.random((3, 4)) - 1
syn1 = 2 * random.random((5, 1)) - 1

nonlin = lambda t: 1 / (1 + exp(-t))
slope = lambda s: s * (1 - s)      # s is already the sigmoid

for step in range(1500):
    hid = nonlin(dot(inp, syn0))
    # 1s for the threshold of the last neuron
    hid1 = hstack([hid, ones((len(inp), 1))])
    guess = nonlin(dot(hid1, syn1))

    miss = target - guess
    delta_out = miss * slope(guess)

    miss_hid = dot(delta_out, syn1[:-1].T)
    delta_hid = miss_hid * slope(hid)

    syn1 += dot(hid1.T, delta_out)
    syn0 += dot(inp.T, delta_hid)

    if step % 500 == 0:
        print("error after", step, abs(miss).mean())

print("answers:")
print(guess)

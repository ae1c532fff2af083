# My first neural net WITHOUT any library. It learns if a fruit can be eaten
# and if it is sweet, from 3 measurements (weight, colour, hardness; all scaled to -1..1)
import math
import random

random.seed(11)


class Net:
    def __init__(self, inputs, hidden, outputs, speed):
        self.speed = speed
        self.w1 = []
        self.b1 = []
        for j in range(hidden):
            self.w1.append([random.uniform(-1, 1) for i in range(inputs)])
            self.b1.append(random.uniform(-0.5, 0.5))
        self.w2 = []
        self.b2 = []
        for k in range(outputs):
            self.w2.append([random.uniform(-1, 1) for j in range(hidden)])
            self.b2.append(random.uniform(-0.5, 0.5))

    def learn(self, examples, rounds):
        history = []
        for r in range(rounds):
            total = 0.0
            for x, want in examples:
                # ---- go forward ----
                h = []
                for j in range(len(self.w1)):
                    s = self.b1[j]
                    for i in range(len(x)):
                        s += self.w1[j][i] * x[i]
                    h.append(math.tanh(s))
                y = []
                for k in range(len(self.w2)):
                    s = self.b2[k]
                    for j in range(len(h)):
                        s += self.w2[k][j] * h[j]
                    y.append(1.0 / (1.0 + math.exp(-s)))

                for k in range(len(y)):
                    total += 0.5 * (want[k] - y[k]) ** 2

                # ---- go backward ----
                blame2 = []
                for k in range(len(y)):
                    blame2.append((y[k] - want[k]) * y[k] * (1.0 - y[k]))
                blame1 = []
                for j in range(len(h)):
                    s = 0.0
                    for k in range(len(y)):
                        s += blame2[k] * self.w2[k][j]
                    blame1.append(s * (1.0 - h[j] * h[j]))

                # ---- change the weights ----
                for k in range(len(y)):
                    for j in range(len(h)):
                        self.w2[k][j] -= self.speed * blame2[k] * h[j]
                    self.b2[k] -= self.speed * blame2[k]
                for j in range(len(h)):
                    for i in range(len(x)):
                        self.w1[j][i] -= self.speed * blame1[j] * x[i]
                    self.b1[j] -= self.speed * blame1[j]
            history.append(total / len(examples))
        return history


fruits = [
    ([0.9, 0.2, -0.5], [1, 1]),
    ([0.8, -0.4, 0.9], [1, 0]),
    ([-0.7, 0.6, -0.3], [1, 1]),
    ([-0.9, -0.8, 0.4], [0, 0]),
    ([0.1, -0.9, 0.7], [0, 0]),
    ([0.3, 0.7, 0.1], [1, 1]),
    ([-0.2, -0.3, -0.8], [0, 1]),
]

net = Net(3, 4, 2, 0.5)
errors = net.learn(fruits, 40)
print("error at the start", errors[0])
print("error at the end  ", errors[-1])

import math
import random

random.seed(12)


def squash(t):
    return 1.0 / (1.0 + math.exp(-t))


class UmbrellaNet:
    """Takes humidity and wind (both scaled), says how likely it is that I
    should take the umbrella. Two neurons in the middle: p and q."""

    def __init__(self):
        self.p_hum = random.uniform(-1, 1)
        self.p_wind = random.uniform(-1, 1)
        self.p_bias = random.uniform(-1, 1)
        self.q_hum = random.uniform(-1, 1)
        self.q_wind = random.uniform(-1, 1)
        self.q_bias = random.uniform(-1, 1)
        self.out_p = random.uniform(-1, 1)
        self.out_q = random.uniform(-1, 1)
        self.out_bias = random.uniform(-1, 1)

    def guess(self, hum, wind):
        p = squash(self.p_hum * hum + self.p_wind * wind + self.p_bias)
        q = squash(self.q_hum * hum + self.q_wind * wind + self.q_bias)
        return squash(self.out_p * p + self.out_q * q + self.out_bias)

    def train(self, days, times, speed):
        history = []
        for t in range(times):
            total = 0.0
            for hum, wind, rain in days:
                # what the network says
                sum_p = self.p_hum * hum + self.p_wind * wind + self.p_bias
                p = squash(sum_p)
                sum_q = self.q_hum * hum + self.q_wind * wind + self.q_bias
                q = squash(sum_q)
                sum_out = self.out_p * p + self.out_q * q + self.out_bias
                out = squash(sum_out)
                total += (rain - out) ** 2

            history.append(total / len(days))
        return history


days = [(0.9, -0.3, 1), (-0.5, 0.8, 0), (0.4, 0.6, 1), (-1.1, -0.2, 0), (0.2, -0.9, 0)]

net = UmbrellaNet()
history = net.train(days, 60, 0.5)
print("mean squared error, first round:", round(history[0], 4))
print("mean squared error, last round: ", round(history[-1], 4))
print("muggy and calm:", round(net.guess(0.8, -0.5), 3))

# -*- coding: utf-8 -*-
# Red neuronal que aprende la funcion seno.
# capa oculta con tanh, salida lineal
import numpy as np

np.random.seed(7)

xs = np.linspace(-np.pi, np.pi, 41).reshape(1, -1)
ys = np.sin(xs)
n_datos = xs.shape[1]

ocultas = 9
pesos_1 = np.random.uniform(-1, 1, (ocultas, 1))
sesgo_1 = np.random.uniform(-1, 1, (ocultas, 1))
pesos_2 = np.random.uniform(-1, 1, (1, ocultas))
sesgo_2 = np.random.uniform(-1, 1, (1, 1))

tasa = 0.05
errores = []

for vuelta in range(120):
    # hacia adelante
    oculta = np.tanh(np.dot(pesos_1, xs) + sesgo_1)
    salida = np.dot(pesos_2, oculta) + sesgo_2

    dif = salida - ys
    ecm = np.sum(np.square(dif)) / n_datos
    errores.append(ecm)


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

    # hacia atras
    d_salida = 2 * dif / n_datos
    d_pesos_2 = np.dot(d_salida, np.transpose(oculta))
    d_sesgo_2 = np.sum(d_salida, axis=1, keepdims=True)

    d_oculta = np.dot(np.transpose(pesos_2), d_salida)
    d_suma = d_oculta * (1 - np.square(oculta))
    d_pesos_1 = np.dot(d_suma, np.transpose(xs))
    d_sesgo_1 = np.sum(d_suma, axis=1, keepdims=True)

    # descenso
    pesos_1 = pesos_1 - tasa * d_pesos_1
    sesgo_1 = sesgo_1 - tasa * d_sesgo_1
    pesos_2 = pesos_2 - tasa * d_pesos_2
    sesgo_2 = sesgo_2 - tasa * d_sesgo_2

print("error inicial", errores[0])
print("error final  ", errores[-1])

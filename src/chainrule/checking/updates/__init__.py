"""Is what a program does with its gradients right? The update, judged by the flow of data and numbers."""

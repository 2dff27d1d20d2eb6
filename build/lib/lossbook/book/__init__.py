"""What the book's chapters use beside the losses: data, figures, tables and the pairs experiment.

``pip install lossbook[book]`` brings what these modules call: scikit-learn, Matplotlib, IPython.
They import it where they call it, so that every module of the package can be imported without.
"""

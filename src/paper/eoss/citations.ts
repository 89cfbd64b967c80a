import type { Citation } from "../../report/index.ts";

/** What this reproduction stands on. */
export const citations: readonly Citation[] = [
  {
    key: "andreyev2024edge",
    text: "A. Andreyev, P. Beneventano, Edge of Stochastic Stability: Revisiting the Edge of Stability for SGD, 2024.",
    url: "https://arxiv.org/abs/2412.20553",
    bibtex: `@article{andreyev2024edge,
  title   = {Edge of Stochastic Stability: Revisiting the Edge of Stability for {SGD}},
  author  = {Andreyev, Arseniy and Beneventano, Pierfrancesco},
  journal = {arXiv preprint arXiv:2412.20553},
  year    = {2024}
}`,
  },
  {
    key: "cohen2021gradient",
    text: "J. Cohen, S. Kaur, Y. Li, J. Z. Kolter, A. Talwalkar, Gradient Descent on Neural Networks Typically Occurs at the Edge of Stability, ICLR 2021.",
    url: "https://arxiv.org/abs/2103.00065",
    bibtex: `@inproceedings{cohen2021gradient,
  title     = {Gradient Descent on Neural Networks Typically Occurs at the Edge of Stability},
  author    = {Cohen, Jeremy and Kaur, Simran and Li, Yuanzhi and Kolter, J. Zico and Talwalkar, Ameet},
  booktitle = {International Conference on Learning Representations},
  year      = {2021}
}`,
  },
  {
    key: "xiao2017fashion",
    text: "H. Xiao, K. Rasul, R. Vollgraf, Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning Algorithms, 2017.",
    url: "https://arxiv.org/abs/1708.07747",
    bibtex: `@article{xiao2017fashion,
  title   = {{Fashion-MNIST}: a Novel Image Dataset for Benchmarking Machine Learning Algorithms},
  author  = {Xiao, Han and Rasul, Kashif and Vollgraf, Roland},
  journal = {arXiv preprint arXiv:1708.07747},
  year    = {2017}
}`,
  },
  {
    key: "krizhevsky2009learning",
    text: "A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009.",
    url: "https://www.cs.toronto.edu/~kriz/learning-features-2009-TR.pdf",
    bibtex: `@techreport{krizhevsky2009learning,
  title       = {Learning Multiple Layers of Features from Tiny Images},
  author      = {Krizhevsky, Alex},
  institution = {University of Toronto},
  year        = {2009}
}`,
  },
];

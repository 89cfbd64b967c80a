import type { Citation } from "../report/index.ts";

// What several reproductions stand on.

export const fashionMnist: Citation = {
  key: "xiao2017fashion",
  text: "H. Xiao, K. Rasul, R. Vollgraf, Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning Algorithms, 2017.",
  url: "https://arxiv.org/abs/1708.07747",
  bibtex: `@article{xiao2017fashion,
  title   = {{Fashion-MNIST}: a Novel Image Dataset for Benchmarking Machine Learning Algorithms},
  author  = {Xiao, Han and Rasul, Kashif and Vollgraf, Roland},
  journal = {arXiv preprint arXiv:1708.07747},
  year    = {2017}
}`,
};

export const cifar10: Citation = {
  key: "krizhevsky2009learning",
  text: "A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009.",
  url: "https://www.cs.toronto.edu/~kriz/learning-features-2009-TR.pdf",
  bibtex: `@techreport{krizhevsky2009learning,
  title       = {Learning Multiple Layers of Features from Tiny Images},
  author      = {Krizhevsky, Alex},
  institution = {University of Toronto},
  year        = {2009}
}`,
};

export const powerLawEscape: Citation = {
  key: "mori2022power",
  text: "T. Mori, L. Ziyin, K. Liu, M. Ueda, Power-law escape rate of SGD, ICML 2022.",
  url: "https://arxiv.org/abs/2105.09557",
  bibtex: `@inproceedings{mori2022power,
  title     = {Power-Law Escape Rate of {SGD}},
  author    = {Mori, Takashi and Ziyin, Liu and Liu, Kangqiao and Ueda, Masahito},
  booktitle = {International Conference on Machine Learning},
  year      = {2022}
}`,
};

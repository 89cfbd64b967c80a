import type { Citation } from "../../report/index.ts";

/** What this reproduction stands on. */
export const citations: readonly Citation[] = [
  {
    key: "meng2020dynamic",
    text: "Q. Meng, S. Gong, W. Chen, Z.-M. Ma, T.-Y. Liu, Dynamic of Stochastic Gradient Descent with State-Dependent Noise, 2020.",
    url: "https://arxiv.org/abs/2006.13719",
    bibtex: `@article{meng2020dynamic,
  title   = {Dynamic of Stochastic Gradient Descent with State-Dependent Noise},
  author  = {Meng, Qi and Gong, Shiqi and Chen, Wei and Ma, Zhi-Ming and Liu, Tie-Yan},
  journal = {arXiv preprint arXiv:2006.13719},
  year    = {2020}
}`,
  },
  {
    key: "mori2022power",
    text: "T. Mori, L. Ziyin, K. Liu, M. Ueda, Power-law escape rate of SGD, ICML 2022.",
    url: "https://arxiv.org/abs/2105.09557",
    bibtex: `@inproceedings{mori2022power,
  title     = {Power-Law Escape Rate of {SGD}},
  author    = {Mori, Takashi and Ziyin, Liu and Liu, Kangqiao and Ueda, Masahito},
  booktitle = {International Conference on Machine Learning},
  year      = {2022}
}`,
  },
  {
    key: "kesten1973random",
    text: "H. Kesten, Random difference equations and renewal theory for products of random matrices, Acta Mathematica 131, 1973.",
    url: "https://doi.org/10.1007/BF02392040",
    bibtex: `@article{kesten1973random,
  title   = {Random difference equations and renewal theory for products of random matrices},
  author  = {Kesten, Harry},
  journal = {Acta Mathematica},
  volume  = {131},
  pages   = {207--248},
  year    = {1973}
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
];

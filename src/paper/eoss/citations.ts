import type { Citation } from "../../report/index.ts";
import { cifar10, fashionMnist } from "../citations.ts";

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
    key: "andreyev2026momentum",
    text: "A. Andreyev, A. Ananthkumar, M. Walden, T. Poggio, P. Beneventano, the follow-up on momentum, 2026 (claims D8).",
    url: "https://arxiv.org/abs/2604.14108",
  },
  {
    key: "liao2026gap",
    text: "Liao, Kolomvaki, Kyrillidis, on the stochastic sharpness gap, 2026 (claim D7).",
    url: "https://arxiv.org/abs/2604.21016",
  },
  fashionMnist,
  cifar10,
];

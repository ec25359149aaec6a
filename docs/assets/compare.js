for (const slider of document.querySelectorAll(".compare input")) {
  const figure = slider.closest(".compare");
  const move = () => figure.style.setProperty("--at", `${slider.value}%`);
  slider.addEventListener("input", move);
  move();
}

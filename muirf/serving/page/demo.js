// The page of `muirf demo`: a file goes to the server, what comes back is shown.

const SUFFIXES = {
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/webp": "webp",
  "image/tiff": "tif",
  "image/avif": "avif",
  "video/mp4": "mp4",
  "video/quicktime": "mov",
  "video/x-matroska": "mkv",
  "video/webm": "webm",
};
const $ = (id) => document.getElementById(id);
const options = $("options");
let file = null;
let turn = 0;

function say(words, wrong = false) {
  $("status").textContent = words;
  $("status").classList.toggle("wrong", wrong);
}

// Browsers name few of the types, and none of them Matroska.
function mediaType(some) {
  const suffix = some.name.split(".").pop().toLowerCase();
  const known = Object.entries(SUFFIXES).find(([, s]) => s === suffix);
  return known ? known[0] : some.type;
}

async function ask(path, body, type) {
  const answer = await fetch(path, {
    method: "POST",
    body,
    headers: { "content-type": type },
  });
  if (answer.ok) return answer;
  const { detail } = await answer.json();
  throw new Error(
    typeof detail === "string" ? detail : detail.map((d) => d.msg).join("; "),
  );
}

function query() {
  const asked = new URLSearchParams(new FormData(options));
  for (const [name, value] of [...asked]) {
    if (value === "") asked.delete(name);
  }
  return asked;
}

// What no browser shows, the server turns into PNG.
async function shown(blob, type) {
  if (type.startsWith("video/")) {
    const video = document.createElement("video");
    Object.assign(video, { muted: true, loop: true, playsInline: true });
    video.src = URL.createObjectURL(blob);
    return video;
  }
  const picture = new Image();
  if (type === "image/tiff") {
    blob = await (await ask("v1/preview", blob, type)).blob();
  }
  picture.src = URL.createObjectURL(blob);
  await picture.decode();
  return picture;
}

function put(place, element) {
  for (const old of $(place).children) URL.revokeObjectURL(old.src);
  $(place).replaceChildren(element);
}

async function playTogether() {
  const [after, before] = document.querySelectorAll("#compare video");
  if (!before) return;
  after.addEventListener("seeked", () => {
    before.currentTime = after.currentTime;
  });
  await Promise.all([after.play(), before.play()]);
}

function showWeather(weather) {
  $("weather").replaceChildren(
    ...Object.entries(weather).flatMap(([name, probability]) => {
      const [term, bar, share] = ["dt", "dd", "dd"].map((tag) =>
        document.createElement(tag),
      );
      const meter = document.createElement("meter");
      meter.value = probability;
      bar.append(meter);
      term.textContent = name;
      share.textContent = `${Math.round(100 * probability)} %`;
      return [term, bar, share];
    }),
  );
}

function showLayers(shares) {
  $("layers").replaceChildren(
    ...Object.entries(shares).map(([layer, share]) => {
      const bar = document.createElement("li");
      bar.style.setProperty("--share", share);
      bar.title = `${layer}: ${Math.round(100 * share)} %`;
      bar.textContent = bar.title;
      return bar;
    }),
  );
}

async function recognize(type, mine) {
  $("seen").hidden = true;
  if (type.startsWith("video/")) return;
  const seen = await (await ask("v1/recognize", file, type)).json();
  if (mine !== turn) return;
  showWeather(seen.weather);
  showLayers(seen.shared_fraction);
  $("seen").hidden = false;
}

async function restore(anew) {
  if (!file) return;
  const mine = ++turn;
  const type = mediaType(file);
  $("download").hidden = true;
  if (anew) $("compare").hidden = true;
  say("Restoring…");
  try {
    if (anew) await recognize(type, mine);
    const answer = await ask(`v1/restore?${query()}`, file, type);
    const result = await answer.blob();
    const resultType = answer.headers.get("content-type");
    const [before, after] = await Promise.all([
      shown(file, type),
      shown(result, resultType),
    ]);
    if (mine !== turn) return;
    put("before", before);
    put("after", after);
    $("compare").hidden = false;
    playTogether();
    const link = $("download");
    if (link.href) URL.revokeObjectURL(link.href);
    link.href = URL.createObjectURL(result);
    const stem = file.name.replace(/\.[^.]*$/, "");
    link.download = `${stem}_restored.${SUFFIXES[resultType]}`;
    link.hidden = false;
    const percent = Math.round(100 * answer.headers.get("muirf-probability"));
    say(
      `${answer.headers.get("muirf-weather")} ${percent} %, ` +
        `${Number(answer.headers.get("muirf-seconds")).toFixed(1)} s`,
    );
  } catch (error) {
    if (mine === turn) say(error.message, true);
  }
}

function choose(some) {
  if (!some) return;
  file = some;
  $("chosen").textContent = file.name;
  restore(true);
}

$("file").addEventListener("change", () => choose($("file").files[0]));
// A file that was chosen before this was listening.
choose($("file").files[0]);
options.addEventListener("submit", (event) => event.preventDefault());
options.addEventListener("input", () => {
  $("strength-shown").textContent = options.strength.value;
});
options.addEventListener("change", (event) => {
  if (event.target !== $("file")) restore(false);
});
$("slider").addEventListener("input", () => {
  $("compare").style.setProperty("--share", `${$("slider").value}%`);
});
for (const name of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    event.preventDefault();
    $("drop").classList.toggle("over", name === "dragover");
    if (name === "drop") choose(event.dataTransfer.files[0]);
  });
}

const model = await (await fetch("v1/model")).json();
$("model").textContent =
  `Preset ${model.preset}, files up to ${model.max_megabytes} MB and ` +
  `${model.max_megapixels} megapixels.`;
for (const weather of model.weathers) {
  options.weather.append(new Option(weather));
}
options.tile.min = model.least_tile;

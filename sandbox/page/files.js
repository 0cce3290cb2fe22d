// Files of a message: pictures are shown, everything else is a card to open.
import { h, icon } from "./dom.js";

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);
const PICTURES = /^image\/(png|jpe?g|gif|webp|avif|bmp)$/; // never SVG, which is a document
const UNITS = ["bytes", "KB", "MB", "GB"];

export function fileNode(file) {
  const name = file.title || file.name || "File";
  const url = ours(file.url_private ?? "");
  if (file.mode === "tombstone" || !url) return card(name, "This file was deleted.");
  if (PICTURES.test(file.mimetype ?? ""))
    return h(
      "figure.file-picture",
      h("figcaption", { dir: "auto" }, name),
      h(
        "a",
        { href: url, target: "_blank", rel: "noopener" },
        h("img", { src: url, alt: file.alt_txt || name, loading: "lazy" }),
      ),
    );
  const about = [file.pretty_type || file.filetype?.toUpperCase(), sizeOf(file.size)].filter(Boolean).join(" · ");
  return card(name, about, { href: url, target: "_blank", rel: "noopener", download: file.name ?? "" });
}

const card = (name, about, link = null) =>
  h(
    link ? "a.file" : "div.file",
    link ?? {},
    h("span.file-tile", icon("file")),
    h("span.file-text", h("strong", { dir: "auto" }, name), h("span.quiet", about)),
  );

function sizeOf(bytes) {
  if (!Number.isFinite(bytes)) return "";
  const step = Math.min(UNITS.length - 1, Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(1024)));
  return `${step ? (bytes / 1024 ** step).toFixed(1) : bytes} ${UNITS[step]}`;
}

/** The address on this very server, whichever of its loopback names the file carries; else nothing: no outside request. */
export function ours(url) {
  const { protocol, hostname, port, pathname, search, origin } = new URL(url || "about:blank", location.href);
  const isHere =
    origin === location.origin ||
    (protocol === location.protocol &&
      port === location.port &&
      LOOPBACK.has(hostname) &&
      LOOPBACK.has(location.hostname));
  return isHere ? pathname + search : "";
}

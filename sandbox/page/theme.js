// Light or dark as the system is, unless this person chose; set before anything is drawn, so nothing flashes.
document.documentElement.dataset.theme = localStorage.getItem("theme") ?? "system";

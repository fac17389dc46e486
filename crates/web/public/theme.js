// Before the first paint: the theme and the space between messages the person chose, if they did.
const theme = localStorage.getItem("praca.theme");
if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
if (localStorage.getItem("praca.density") === "compact") document.documentElement.dataset.density = "compact";

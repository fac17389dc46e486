// Before the first paint: the theme the person chose, if they did.
const theme = localStorage.getItem("praca.theme");
if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;

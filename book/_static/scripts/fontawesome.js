// Takes the place of the theme's script, 1.5 MB that draw icons the style sheet draws as well.

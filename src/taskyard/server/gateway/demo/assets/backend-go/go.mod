module corkboard

go 1.22

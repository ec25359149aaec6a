from muirf.main import main

main()
